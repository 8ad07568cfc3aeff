import type { RequestHandler } from 'express'
import type { RequestRecorder } from '../../domain/usage/request-recorder.js'
import { callerIfAny } from '../caller.js'
import { methodOf, routeOfRequest, statusOf } from './count-requests.js'

/** Notes every request whose sender was recognized, once its answer has ended. */
export function recordRequests(recorder: RequestRecorder): RequestHandler {
  return (req, res, next) => {
    const since = performance.now()
    res.once('close', () => {
      const caller = callerIfAny(req)
      if (caller === undefined) return
      const status = statusOf(res)
      recorder.record({
        caller,
        requestId: String(res.getHeader('X-Request-Id') ?? ''),
        method: methodOf(req),
        route: routeOfRequest(req, status),
        status,
        ms: performance.now() - since,
      })
    })
    next()
  }
}
