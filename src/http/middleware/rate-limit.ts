import type { RequestHandler } from 'express'
import { rateLimit, type Store } from 'express-rate-limit'
import { AppError } from '../../errors.js'
import { callerOf } from '../caller.js'

const HOUR_MS = 3_600_000
/** Widget tokens per minute and address: many visitors may share one, a program trying ids is slowed. */
const TOKENS_PER_MINUTE = 240

/** Where requests are counted; the store's rate windows, so that counts outlive a restart. */
export interface RateWindows {
  hit(key: string, now: number, windowMs: number): Promise<{ hits: number; resetAt: number }>
  unhit(key: string): Promise<void>
  reset(key: string): Promise<void>
}

export interface RateLimits {
  windows: RateWindows
  /** An organization's requests per hour; 0 = no limit. */
  requestsPerHour(orgId: string): Promise<number>
}

/**
 * Requests per hour and organization, keys and tokens together, counted in the database.
 * The operator's own page is not counted.
 */
export function organizationRateLimit(limits: RateLimits): RequestHandler {
  return rateLimit({
    windowMs: HOUR_MS,
    limit: (req) => limits.requestsPerHour(callerOf(req).orgId),
    keyGenerator: (req) => callerOf(req).orgId,
    skip: async (req) => {
      const caller = callerOf(req)
      if (caller.kind === 'operator') return true
      return (await limits.requestsPerHour(caller.orgId)) === 0
    },
    store: databaseStore(limits.windows),
    standardHeaders: 'draft-8',
    identifier: 'organization',
    legacyHeaders: true,
    validate: { xForwardedForHeader: false },
    handler: (_req, res, next) => {
      next(
        tooMany(
          'This organization has used its requests for the hour.',
          secondsLeft(res.getHeader('Retry-After')),
        ),
      )
    },
  })
}

/** Widget tokens per minute and address. In memory: it protects the process, not an allowance. */
export function tokenRateLimit(): RequestHandler {
  return rateLimit({
    windowMs: 60_000,
    limit: TOKENS_PER_MINUTE,
    standardHeaders: false,
    legacyHeaders: false,
    validate: { xForwardedForHeader: false },
    handler: (_req, _res, next) => {
      next(tooMany('Too many widget tokens were asked for from this address.', 60))
    },
  })
}

function tooMany(why: string, retryAfterSeconds: number): AppError {
  return new AppError('rate_limited', `${why} Try again later.`, { retryAfterSeconds })
}

function secondsLeft(header: number | string | string[] | undefined): number {
  return Math.max(1, Number(header) || HOUR_MS / 1000)
}

function databaseStore(windows: RateWindows): Store {
  return {
    localKeys: false,
    increment: async (key) => {
      const { hits, resetAt } = await windows.hit(key, Date.now(), HOUR_MS)
      return { totalHits: hits, resetTime: new Date(resetAt) }
    },
    decrement: (key) => windows.unhit(key),
    resetKey: (key) => windows.reset(key),
  }
}
