import cors from 'cors'
import type { RequestHandler } from 'express'

const REQUEST_HEADERS = [
  'Authorization',
  'Content-Type',
  'X-API-Key',
  'X-API-Secret',
  'X-Embed-Origin',
  'X-Widget-Loader-Version',
  'X-Session-Secret',
  'X-Request-Id',
  'Idempotency-Key',
]

const EXPOSED_HEADERS = [
  'X-RateLimit-Limit',
  'X-RateLimit-Remaining',
  'X-RateLimit-Reset',
  'RateLimit',
  'RateLimit-Policy',
  'Retry-After',
  'X-Request-Id',
  'Idempotent-Replayed',
]

/**
 * Any site may call the API, with credentials: what protects it are keys and tokens, which no browser adds by
 * itself. The one cookie there is, the operator's, is taken from our own page only (authenticate.ts).
 */
export function anyOrigin(): RequestHandler {
  return cors({
    origin: true,
    credentials: true,
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
    allowedHeaders: REQUEST_HEADERS,
    exposedHeaders: EXPOSED_HEADERS,
    maxAge: 86_400,
    optionsSuccessStatus: 204,
  })
}
