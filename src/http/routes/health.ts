import { Router, type RequestHandler } from 'express'
import type { HealthReport } from '../../domain/health.js'
import { keysOnly } from '../caller.js'
import { ok } from '../respond.js'

/** What orchestrators and load balancers ask, without credentials and at the root. */
export function probeRoutes(health: HealthReport): Router {
  const router = Router()

  router.get('/livez', (_req, res) => {
    ok(res, { alive: true })
  })

  router.get('/readyz', (_req, res) => {
    const report = health.brief()
    if (report.ready) {
      ok(res, report)
      return
    }
    res
      .status(503)
      .set('Retry-After', '1')
      .json({
        status: 'error',
        status_code: 503,
        detail: report.detail ?? 'Search is not ready yet.',
        code: 'not_ready',
        data: null,
      })
  })

  return router
}

/** `/health`: brief for everybody, with details for keys (`authenticated` goes first when credentials are there). */
export function healthRoutes(health: HealthReport, authenticated: RequestHandler): Router {
  const router = Router()

  router.get('/', (req, res, next) => {
    const hasCredentials = req.get('x-api-key') !== undefined || req.get('x-guichet-page') !== undefined
    if (hasCredentials) next()
    else ok(res, health.brief())
  })

  router.get('/', authenticated, keysOnly, async (_req, res) => {
    ok(res, await health.detailed())
  })

  return router
}
