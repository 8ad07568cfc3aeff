import type { Router } from 'express'
import * as operations from '../../contract/operations/health.js'
import type { HealthReport } from '../../domain/health.js'
import { AppError } from '../../errors.js'
import { callerIfAny } from '../caller.js'
import { serve } from '../serve.js'

/** What orchestrators and load balancers ask, without credentials and at the root. */
export function probeRoutes(router: Router, health: HealthReport): void {
  serve(router, operations.getLiveness, () => ({ alive: true as const }))

  serve(router, operations.getReadiness, () => {
    const report = health.brief()
    if (report.ready) return report
    throw new AppError('not_ready', report.detail ?? 'Search is not ready yet.', { retryAfterSeconds: 1 })
  })
}

/** `/health`: brief for everybody, with details for keys. */
export function healthRoutes(router: Router, health: HealthReport): void {
  serve(router, operations.getHealth, ({ req }) => {
    const caller = callerIfAny(req)
    return caller === undefined || caller.kind === 'widget' ? health.brief() : health.detailed()
  })
}
