import cors from 'cors'
import { Router, type RequestHandler } from 'express'

const REQUEST_HEADERS = [
  'Accept',
  'Authorization',
  'Content-Type',
  'X-API-Key',
  'X-API-Secret',
  'X-Embed-Origin',
  'X-Widget-Loader-Version',
  'X-Session-Secret',
  'X-Request-Id',
  'Idempotency-Key',
  'Last-Event-ID',
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

/** Where any site may call: the API, and what widgets ask at the root. */
export const OPEN_PATHS = ['/api', '/v1', '/widget-config', '/telemetry']

/**
 * Any site may call the API, with credentials: what protects it are keys and tokens, which no browser adds by
 * itself. The one cookie there is, the operator's, is taken from our own page only (authenticate.ts).
 */
export function anyOrigin(): Router {
  const router = Router()
  router.use(privateNetwork)
  router.use(corsHeaders())
  return router
}

/**
 * A browser may ask whether a page on the Internet may reach this address of a private network: it may, since what
 * the answers protect is behind keys and tokens there as everywhere.
 */
const privateNetwork: RequestHandler = (req, res, next) => {
  if (req.method === 'OPTIONS' && req.get('access-control-request-private-network') === 'true')
    res.set('Access-Control-Allow-Private-Network', 'true')
  next()
}

function corsHeaders(): RequestHandler {
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
