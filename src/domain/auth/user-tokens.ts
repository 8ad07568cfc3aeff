import { createHmac } from 'node:crypto'
import jwt from 'jsonwebtoken'
import { z } from 'zod'
import { AppError } from '../../errors.js'
import type { ClientRow } from '../../store/clients.js'
import { previousSecretHash } from './clients.js'
import type { SecretSeal } from './sealing.js'

/** How far ahead a user token may end. */
const MAX_AHEAD_SECONDS = 24 * 3600
/** How far the clocks of two servers may be apart. */
const CLOCK_SKEW_SECONDS = 60

const NEEDS_EXP = 'it needs an "exp" in seconds, at most 24 hours ahead'

const Claims = z.object({ sub: z.string().trim().min(1).max(200), exp: z.number() })

/** The customer that a user token vouches for, and a mark of the secret that signed it. */
export interface Vouched {
  customerId: string
  mark: string
}

/** JWTs by which a client's own server says who its visitor is: HS256 under the client's secret. */
export class UserTokens {
  constructor(
    private readonly seal: SecretSeal,
    private readonly signingKey: Buffer,
  ) {}

  /**
   * Reads a user token.
   * @throws AppError `user_token_invalid` saying what is wrong with it; `user_token_unverifiable` while the client's
   *   secret is not known here.
   */
  read(client: ClientRow, token: string): Vouched {
    const secrets = this.secretsOf(client)
    if (secrets.length === 0) {
      throw new AppError(
        'user_token_unverifiable',
        'User tokens of this client cannot be checked yet - send one request with its X-API-Key and X-API-Secret to this server, then try again.',
      )
    }
    let failure: unknown
    for (const { secret, hash } of secrets) {
      try {
        return { customerId: customerIn(token, secret), mark: this.markOf(client.id, hash) }
      } catch (error) {
        if (failure === undefined || !isUnsigned(error)) failure = error
      }
    }
    throw refusal(failure)
  }

  /** Whether the secret behind a mark is still one of the client's. */
  isCurrent(client: ClientRow, mark: string): boolean {
    return [client.secret_hash, previousSecretHash(client)].some(
      (hash) => hash !== undefined && this.markOf(client.id, hash) === mark,
    )
  }

  private secretsOf(client: ClientRow): { secret: string; hash: string }[] {
    const kept = [
      { hash: client.secret_hash, sealed: client.secret_sealed },
      { hash: previousSecretHash(client), sealed: client.previous_secret_sealed },
    ]
    return kept.flatMap(({ hash, sealed }) => {
      const secret = hash === undefined ? undefined : this.seal.open(client.id, sealed)
      return hash === undefined || secret === undefined ? [] : [{ secret, hash }]
    })
  }

  private markOf(clientId: string, secretHash: string): string {
    return createHmac('sha256', this.signingKey)
      .update(`${clientId}\n${secretHash}`)
      .digest('base64url')
      .slice(0, 16)
  }
}

function customerIn(token: string, secret: string): string {
  const { header, payload } = jwt.verify(token, secret, {
    algorithms: ['HS256'],
    clockTolerance: CLOCK_SKEW_SECONDS,
    complete: true,
  })
  // Whoever understands none of what is marked critical must refuse it: RFC 7515, section 4.1.11.
  if (header.crit !== undefined) throw invalid('its "crit" header asks for what is not supported')
  const claims = Claims.safeParse(payload)
  if (!claims.success) {
    const field = String(claims.error.issues[0]?.path[0] ?? 'sub')
    throw invalid(field === 'exp' ? NEEDS_EXP : 'its "sub" must name the customer in 1 to 200 characters')
  }
  const { sub, exp } = claims.data
  if (exp > Date.now() / 1000 + MAX_AHEAD_SECONDS + CLOCK_SKEW_SECONDS)
    throw invalid('its "exp" must be at most 24 hours ahead')
  return sub
}

function isUnsigned(error: unknown): boolean {
  return error instanceof jwt.JsonWebTokenError && error.message === 'invalid signature'
}

function refusal(error: unknown): AppError {
  if (error instanceof AppError) return error
  if (error instanceof jwt.TokenExpiredError) return invalid('it has expired', error)
  if (error instanceof jwt.NotBeforeError) return invalid('it is not valid yet', error)
  if (error instanceof Error && error.message === 'invalid exp value') return invalid(NEEDS_EXP, error)
  return invalid('it must be a JWT signed with the client’s secret by HS256', error)
}

function invalid(reason: string, cause?: unknown): AppError {
  return new AppError('user_token_invalid', `The user_token is not accepted - ${reason}.`, { cause })
}
