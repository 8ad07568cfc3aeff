import { randomUUID } from 'node:crypto'
import jwt from 'jsonwebtoken'
import { z } from 'zod'
import type { WidgetToken } from '../../contract/auth.js'
import { normalOrigin } from '../../contract/origins.js'
import { AppError } from '../../errors.js'
import type { ClientRow, ClientStore } from '../../store/clients.js'
import type { Caller } from './caller.js'
import { callerFor, namesIn } from './clients.js'
import type { UserTokens } from './user-tokens.js'

const LIFETIME_SECONDS = 3600
const AUDIENCE = 'guichet-widget'
const ISSUER = 'guichet'

const Claims = z.object({
  sub: z.string(),
  jti: z.string().optional(),
  /** The customer that the client's server has vouched for, and what it did so with. */
  customer: z.string().optional(),
  vouched: z.string().optional(),
})

export interface WidgetTokenParts {
  store: ClientStore
  userTokens: UserTokens
  signingKey: Buffer
}

/** What a browser shows to be given a token. */
export interface WidgetTokenWish {
  clientId: string
  /** The site it is on. */
  origin: string | undefined
  userToken: string | undefined
}

/** Short-lived tokens for browsers: HS256, one hour, of no use anywhere but here. */
export class WidgetTokens {
  constructor(private readonly parts: WidgetTokenParts) {}

  /**
   * A token for a client whose public id is known; and whom it will speak for.
   * @throws AppError `unauthorized` for an unknown client, `missing_origin_header` or
   *   `origin_not_allowed` when the client names the sites it may be used from; what `UserTokens.read` throws.
   */
  async issue(wish: WidgetTokenWish): Promise<{ token: WidgetToken; caller: Caller }> {
    const { store, userTokens, signingKey } = this.parts
    const client = await store.find(wish.clientId)
    if (client === undefined)
      throw new AppError('unauthorized', 'Authentication failed - this client_id is not known.')
    checkOrigin(client, wish.origin)
    const vouched = wish.userToken === undefined ? undefined : userTokens.read(client, wish.userToken)
    const id = randomUUID()
    const token = jwt.sign(
      vouched === undefined ? {} : { customer: vouched.customerId, vouched: vouched.mark },
      signingKey,
      {
        jwtid: id,
        algorithm: 'HS256',
        subject: client.id,
        audience: AUDIENCE,
        issuer: ISSUER,
        expiresIn: LIFETIME_SECONDS,
      },
    )
    return {
      token: { token, expires_in: LIFETIME_SECONDS, token_type: 'Bearer' },
      caller: callerFor('widget', client, { id, customerId: vouched?.customerId ?? null }),
    }
  }

  /**
   * Recognizes a browser by its token.
   * @throws AppError `unauthorized` for a token that is not ours, is over, or whose client is gone; for a customer's
   *   also when the secret that vouched for the customer is taken no more.
   */
  async verify(token: string): Promise<Caller> {
    const { store, userTokens } = this.parts
    const { sub, jti, customer, vouched } = this.claims(token)
    const client = await store.find(sub)
    if (client === undefined || (customer !== undefined && !userTokens.isCurrent(client, vouched ?? '')))
      throw new AppError('unauthorized', 'Authentication failed - this token is no longer valid.')
    return callerFor('widget', client, { id: jti ?? null, customerId: customer ?? null })
  }

  private claims(token: string): z.output<typeof Claims> {
    try {
      const claims = jwt.verify(token, this.parts.signingKey, {
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
  const allowed = namesIn(client.allowed_origins)
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
