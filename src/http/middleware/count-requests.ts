import type { Request, RequestHandler, Response } from 'express'
import { z } from 'zod'
import type { RequestMetrics } from '../../metrics/requests.js'
import { routePattern } from '../route-pattern.js'

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])
/** As nginx says it: whoever asked has left before the answer. */
const LEFT = 499
/** What Express notes of the route that took the request; of several paths the first one names it. */
const Route = z
  .object({ path: z.union([z.string(), z.array(z.string()).transform(([first]) => first)]) })
  .transform(({ path }) => path)

/** Counts and times every request by the pattern of its path: nothing a sender makes up becomes a label. */
export function countRequests(metrics: RequestMetrics): RequestHandler {
  return (req, res, next) => {
    const since = performance.now()
    metrics.begun()
    res.once('close', () => {
      const status = res.headersSent ? res.statusCode : LEFT
      metrics.ended({
        method: METHODS.has(req.method) ? req.method : 'other',
        route: routePattern(req.originalUrl, routeOf(req), status),
        status,
        seconds: (performance.now() - since) / 1000,
        streamed: isEventStream(res),
      })
    })
    next()
  }
}

function routeOf(req: Request): string | undefined {
  return Route.safeParse(req.route).data
}

function isEventStream(res: Response): boolean {
  return String(res.getHeader('Content-Type')).startsWith('text/event-stream')
}
