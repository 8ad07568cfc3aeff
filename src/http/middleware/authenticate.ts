import { parseCookie } from 'cookie'
import type { Request, RequestHandler } from 'express'
import type { Caller } from '../../domain/auth/caller.js'
import type { Clients } from '../../domain/auth/clients.js'
import type { WidgetTokens } from '../../domain/auth/widget-tokens.js'
import { AppError } from '../../errors.js'
import { setCaller, unauthenticated } from '../caller.js'
import type { CredentialFailures } from './credential-failures.js'

/** The operator's cookie. */
export const OPERATOR_COOKIE = 'guichet_operator'

/** The means of recognizing whoever sends a request. */
export interface Recognizers {
  clients: Clients
  widgetTokens: WidgetTokens
  /** Slows down whoever tries secrets. */
  failures: CredentialFailures
  /** The operator behind a cookie's value, if it is one. */
  operator: (session: string) => Promise<Caller | undefined>
}

/** Recognizes the sender by key and secret, by widget token, or, from our own page, by the operator's cookie. */
export function authenticate(recognizers: Recognizers): RequestHandler {
  return async (req, _res, next) => {
    setCaller(req, await recognize(recognizers, req))
    next()
  }
}

/** The same where credentials are optional: without any, nobody is recognized and that is well. */
export function authenticateIfAny(recognizers: Recognizers): RequestHandler {
  return async (req, _res, next) => {
    if (showsCredentials(req)) setCaller(req, await recognize(recognizers, req))
    next()
  }
}

function showsCredentials(req: Request): boolean {
  const headers = ['x-api-key', 'x-api-secret', 'authorization', 'x-guichet-page']
  return headers.some((name) => req.get(name) !== undefined)
}

async function recognize(recognizers: Recognizers, req: Request): Promise<Caller> {
  const { clients, widgetTokens, failures, operator } = recognizers
  const key = req.get('x-api-key')
  const secret = req.get('x-api-secret')
  if (key !== undefined || secret !== undefined) {
    if (!key || !secret) {
      throw new AppError(
        'unauthorized',
        'Authentication required - X-API-Key and X-API-Secret are needed together.',
      )
    }
    return failures.guard(req, key, secret, () => clients.verify(key, secret))
  }
  const authorization = req.get('authorization')
  if (authorization !== undefined) {
    const token = /^Bearer +(\S+)$/i.exec(authorization)?.[1]
    if (token === undefined)
      throw new AppError('unauthorized', 'Authentication required - send Authorization: Bearer <token>.')
    return widgetTokens.verify(token)
  }
  const session = operatorSession(req)
  const caller = session === undefined || !isOwnPage(req) ? undefined : await operator(session)
  if (caller === undefined) throw unauthenticated()
  return caller
}

/** The value of the operator's cookie, if the request carries one. */
export function operatorSession(req: Request): string | undefined {
  return parseCookie(req.get('cookie') ?? '')[OPERATOR_COOKIE]
}

/**
 * Whether the request comes from our own page. Three hurdles for another site that would use the operator's
 * cookie: SameSite=Strict, a header that our CORS answer never allows, and the browser's own word.
 */
function isOwnPage(req: Request): boolean {
  if (req.get('x-guichet-page') !== '1') return false
  const site = req.get('sec-fetch-site')
  if (site !== undefined && site !== 'same-origin') return false
  const origin = req.get('origin')
  return origin === undefined || (URL.canParse(origin) && new URL(origin).host === req.get('host'))
}
