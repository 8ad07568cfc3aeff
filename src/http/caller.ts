import type { Request, RequestHandler } from 'express'
import { includesScope, type Operation } from '../contract/operation.js'
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

/** Who sent the request, where that need not be known. */
export function callerIfAny(req: Request): Caller | undefined {
  return callers.get(req)
}

/** The one sentence for a request without credentials. */
export function unauthenticated(): AppError {
  return new AppError(
    'unauthorized',
    'Authentication required - send X-API-Key and X-API-Secret, or Authorization: Bearer with a widget token.',
  )
}

/** Lets those pass whom the operation is for: a widget token is public, and a key may be narrowed to some scopes. */
export function requireAccess({
  access,
  scope,
  wholeOrganization,
}: Pick<Operation, 'access' | 'scope' | 'wholeOrganization'>): RequestHandler {
  return (req, _res, next) => {
    if (access === 'widget' || access === 'key') {
      const caller = callerOf(req)
      if (access === 'key' && caller.kind === 'widget') {
        throw new AppError(
          'forbidden',
          'A widget token may not do this; it takes X-API-Key and X-API-Secret.',
        )
      }
      if (caller.kind === 'key' && scope !== undefined && !includesScope(caller.scopes, scope)) {
        throw new AppError('forbidden', `This key may not do this; it takes the scope "${scope}".`)
      }
      if (wholeOrganization === true && caller.assistantIds.length > 0) {
        throw new AppError(
          'forbidden',
          'This is about the whole organization; it takes a key that is not narrowed to some assistants.',
        )
      }
    }
    next()
  }
}
