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
      const status = statusOf(res)
      metrics.ended({
        method: methodOf(req),
        route: routeOfRequest(req, status),
        status,
        seconds: (performance.now() - since) / 1000,
        streamed: isEventStream(res),
      })
    })
    next()
  }
}

/** One of a handful of names. */
export function methodOf(req: Request): string {
  return METHODS.has(req.method) ? req.method : 'other'
}

/** What the request was answered with; 499 when its sender left before. */
export function statusOf(res: Response): number {
  return res.headersSent ? res.statusCode : LEFT
}

/** The pattern of the request's path, once it is over. */
export function routeOfRequest(req: Request, status: number): string {
  return routePattern(req.originalUrl, Route.safeParse(req.route).data, status)
}

function isEventStream(res: Response): boolean {
  return String(res.getHeader('Content-Type')).startsWith('text/event-stream')
}
