import type { RequestHandler } from 'express'
import { rateLimit, type Options, type Store } from 'express-rate-limit'
import { AppError } from '../../errors.js'
import { callerIfAny, callerOf } from '../caller.js'
import { isUncounted } from '../uncounted.js'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
/** Widget tokens per minute and address: many visitors may share one, a program trying ids is slowed. */
const TOKENS_PER_MINUTE = 240

/** Where requests are counted; the store's rate windows, so that counts outlive a restart. */
export interface RateWindows {
  hit(key: string, now: number, windowMs: number): Promise<{ hits: number; resetAt: number }>
  /** As `hit`, without counting anything. */
  peek(key: string, now: number, windowMs: number): Promise<{ hits: number; resetAt: number }>
  unhit(key: string): Promise<void>
  reset(key: string): Promise<void>
}

export interface RateLimits {
  windows: RateWindows
  /** An organization's requests per hour; 0 = no limit. */
  requestsPerHour(orgId: string): Promise<number>
}

/**
 * Requests per hour and organization, keys and tokens together, counted in the database, and told of on every response.
 * The operator's own page is not counted, nor are operations that say so; nobody is refused whom nobody recognized.
 */
export function organizationRateLimit(limits: RateLimits): RequestHandler {
  const shared: Partial<Options> = {
    windowMs: HOUR_MS,
    limit: (req) => limits.requestsPerHour(callerOf(req).orgId),
    keyGenerator: (req) => callerOf(req).orgId,
    skip: async (req) => {
      const caller = callerIfAny(req)
      if (caller === undefined || caller.kind === 'operator') return true
      return (await limits.requestsPerHour(caller.orgId)) === 0
    },
    standardHeaders: 'draft-8',
    identifier: 'organization',
    legacyHeaders: true,
    // @NOTE an organization may have sent nothing yet that counts.
    validate: { xForwardedForHeader: false, positiveHits: false },
  }
  const counting = rateLimit({
    ...shared,
    store: databaseStore(limits.windows, (key, now) => limits.windows.hit(key, now, HOUR_MS)),
    handler: (_req, res, next) => {
      const wait = secondsLeft(res.getHeader('Retry-After'), HOUR_MS)
      next(tooMany('This organization has used its requests for the hour.', wait))
    },
  })
  const telling = rateLimit({
    ...shared,
    store: databaseStore(limits.windows, (key, now) => limits.windows.peek(key, now, HOUR_MS)),
    handler: (_req, res, next) => {
      res.removeHeader('Retry-After')
      next()
    },
  })
  return (req, res, next) => (isUncounted(req) ? telling : counting)(req, res, next)
}

/**
 * Widget tokens per minute and address, which for IPv6 is its /64. In memory: it protects the process, not an allowance.
 */
export function tokenRateLimit(): RequestHandler {
  return rateLimit({
    windowMs: MINUTE_MS,
    limit: TOKENS_PER_MINUTE,
    ipv6Subnet: 64,
    standardHeaders: false,
    legacyHeaders: false,
    validate: { xForwardedForHeader: false },
    handler: (_req, res, next) => {
      const wait = secondsLeft(res.getHeader('Retry-After'), MINUTE_MS)
      next(tooMany('Too many widget tokens were asked for from this address.', wait))
    },
  })
}

function tooMany(why: string, retryAfterSeconds: number): AppError {
  return new AppError('rate_limited', `${why} Try again later.`, { retryAfterSeconds })
}

function secondsLeft(header: number | string | string[] | undefined, windowMs: number): number {
  return Math.max(1, Number(header) || windowMs / 1000)
}

function databaseStore(
  windows: RateWindows,
  look: (key: string, now: number) => Promise<{ hits: number; resetAt: number }>,
): Store {
  return {
    localKeys: false,
    increment: async (key) => {
      const { hits, resetAt } = await look(key, Date.now())
      return { totalHits: hits, resetTime: new Date(resetAt) }
    },
    decrement: (key) => windows.unhit(key),
    resetKey: (key) => windows.reset(key),
  }
}
