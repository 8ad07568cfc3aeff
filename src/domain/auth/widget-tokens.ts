import { randomUUID } from 'node:crypto'
import jwt from 'jsonwebtoken'
import { z } from 'zod'
import type { WidgetToken } from '../../contract/auth.js'
import { AppError } from '../../errors.js'
import type { ClientRow, ClientStore } from '../../store/clients.js'
import type { Caller } from './caller.js'
import { callerFor } from './clients.js'

const LIFETIME_SECONDS = 3600
const AUDIENCE = 'guichet-widget'
const ISSUER = 'guichet'

const Claims = z.object({ sub: z.string(), jti: z.string().optional() })
const Origins = z.array(z.string())

/** Short-lived tokens for browsers: HS256, one hour, of no use anywhere but here. */
export class WidgetTokens {
  constructor(
    private readonly clients: ClientStore,
    private readonly signingKey: Buffer,
  ) {}

  /**
   * A token for a client whose public id is known; and whom it will speak for.
   * @throws AppError `unauthorized` for an unknown client, `missing_origin_header` or
   *   `origin_not_allowed` when the client names the sites it may be used from.
   */
  async issue(clientId: string, origin: string | undefined): Promise<{ token: WidgetToken; caller: Caller }> {
    const client = await this.clients.find(clientId)
    if (client === undefined)
      throw new AppError('unauthorized', 'Authentication failed - this client_id is not known.')
    checkOrigin(client, origin)
    const id = randomUUID()
    const token = jwt.sign({}, this.signingKey, {
      jwtid: id,
      algorithm: 'HS256',
      subject: client.id,
      audience: AUDIENCE,
      issuer: ISSUER,
      expiresIn: LIFETIME_SECONDS,
    })
    return {
      token: { token, expires_in: LIFETIME_SECONDS, token_type: 'Bearer' },
      caller: callerFor('widget', client, { id, customerId: null }),
    }
  }

  /** @throws AppError `unauthorized` for a token that is not ours, is over, or whose client is gone. */
  async verify(token: string): Promise<Caller> {
    const { sub, jti } = this.claims(token)
    const client = await this.clients.find(sub)
    if (client === undefined)
      throw new AppError('unauthorized', 'Authentication failed - this token is no longer valid.')
    return callerFor('widget', client, { id: jti ?? null, customerId: null })
  }

  private claims(token: string): z.output<typeof Claims> {
    try {
      const claims = jwt.verify(token, this.signingKey, {
        algorithms: ['HS256'],
        audience: AUDIENCE,
        issuer: ISSUER,
      })
      return Claims.parse(claims)
    } catch (error) {
      const reason =
        error instanceof jwt.TokenExpiredError ? 'this token has expired' : 'this token is not valid'
      throw new AppError('unauthorized', `Authentication failed - ${reason}.`, { cause: error })
    }
  }
}

function checkOrigin(client: ClientRow, origin: string | undefined): void {
  const allowed = Origins.parse(JSON.parse(client.allowed_origins))
  if (allowed.length === 0) return
  if (origin === undefined) {
    throw new AppError(
      'missing_origin_header',
      'This client may be used from named sites only, and the request names none.',
    )
  }
  const given = normalOrigin(origin)
  if (given === undefined || !allowed.some((entry) => normalOrigin(entry) === given)) {
    throw new AppError('origin_not_allowed', `This client may not be used from ${origin.slice(0, 200)}.`)
  }
}

/** Scheme, host and port as browsers write them; undefined for what is no web origin. */
function normalOrigin(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined
  const { origin } = new URL(text)
  return origin === 'null' ? undefined : origin
}
