import type { OperatorTokenStore } from '../../store/operator-tokens.js'
import { hashSecret, newSecret } from './secrets.js'

const LINK_HOURS = 24
const SESSION_DAYS = 30

/** The person who runs the appliance: let in by a one-time link, remembered by a cookie. */
export class Operators {
  constructor(private readonly store: OperatorTokenStore) {}

  /** Seconds for which a cookie is good. */
  readonly sessionSeconds = SESSION_DAYS * 24 * 3600

  /** A token that lets one browser in, once, within a day. */
  async createLink(): Promise<string> {
    const token = newSecret()
    await this.store.add('link', hashSecret(token), inHours(LINK_HOURS))
    return token
  }

  /** Trades a link's token for a cookie's value; undefined when it was used, is over, or never was. */
  async redeem(token: string): Promise<string | undefined> {
    const now = new Date().toISOString()
    await this.store.removeExpired(now)
    if (!(await this.store.takeLink(hashSecret(token), now))) return undefined
    const session = newSecret()
    await this.store.add('session', hashSecret(session), inHours(SESSION_DAYS * 24))
    return session
  }

  /** Whether a cookie's value is an operator's. */
  async recognizes(session: string): Promise<boolean> {
    return this.store.hasSession(hashSecret(session), new Date().toISOString())
  }
}

function inHours(hours: number): string {
  return new Date(Date.now() + hours * 3_600_000).toISOString()
}
