import type { RequestHandler } from 'express'
import { rateLimit } from 'express-rate-limit'
import { AppError } from '../../errors.js'

/** Events per minute and address. */
const EVENTS_PER_MINUTE = 120

/** Events of widgets per minute and address. In memory: it protects the process, not an allowance. */
export function telemetryRateLimit(): RequestHandler {
  return rateLimit({
    windowMs: 60_000,
    limit: EVENTS_PER_MINUTE,
    standardHeaders: false,
    legacyHeaders: false,
    validate: { xForwardedForHeader: false },
    handler: (_req, _res, next) => {
      const detail = 'Too many events were sent from this address. Try again later.'
      next(new AppError('rate_limited', detail, { retryAfterSeconds: 60 }))
    },
  })
}
