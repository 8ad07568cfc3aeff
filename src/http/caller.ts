import type { Request, RequestHandler } from 'express'
import type { Caller } from '../domain/auth/caller.js'
import { AppError } from '../errors.js'

const callers = new WeakMap<Request, Caller>()

/** Notes who sent the request; only the authentication middleware does. */
export function setCaller(req: Request, caller: Caller): void {
  callers.set(req, caller)
}

/**
 * Who sent the request.
 * @throws AppError `unauthorized` when nobody was recognized.
 */
export function callerOf(req: Request): Caller {
  const caller = callers.get(req)
  if (caller === undefined) throw unauthenticated()
  return caller
}

/** The one sentence for a request without credentials. */
export function unauthenticated(): AppError {
  return new AppError(
    'unauthorized',
    'Authentication required - send X-API-Key and X-API-Secret, or Authorization: Bearer with a widget token.',
  )
}

/** Lets keys and the operator pass; a widget token is public and may not do this. */
export const keysOnly: RequestHandler = (req, _res, next) => {
  if (callerOf(req).kind === 'widget') {
    throw new AppError('forbidden', 'A widget token may not do this; it takes X-API-Key and X-API-Secret.')
  }
  next()
}
