import type { Router } from 'express'
import * as operations from '../../contract/operations/analytics.js'
import type { Assistants } from '../../domain/assistants/assistants.js'
import type { Analytics } from '../../domain/usage/analytics.js'
import type { UsageReports } from '../../domain/usage/usage-reports.js'
import { asPage, serve } from '../serve.js'

export interface AnalyticsServices {
  analytics: Analytics
  usageReports: UsageReports
  assistants: Assistants
}

/** `/analytics`: what happened, in figures. */
export function analyticsRoutes(router: Router, services: AnalyticsServices): void {
  const { analytics, usageReports, assistants } = services

  serve(router, operations.listRequests, async ({ caller, query }) => {
    const { from, to, ...page } = await analytics.requests(caller.orgId, query)
    return { ...asPage('logs', page, query), from, to }
  })

  serve(router, operations.getEndpointUsage, async ({ caller, query }) => {
    const { from, to, totals, ...page } = await usageReports.endpoints(caller.orgId, query)
    return { ...asPage('endpoints', page, query), from, to, totals }
  })

  serve(router, operations.getUsage, ({ caller, query }) => usageReports.usage(caller, query))

  serve(router, operations.getRateLimits, ({ caller, query }) => analytics.rateLimits(caller.orgId, query))

  serve(router, operations.getKeyUsage, async ({ caller, query }) => {
    const { from, to, ...page } = await analytics.keys(caller.orgId, query)
    return { ...asPage('keys', page, query), from, to }
  })

  serve(router, operations.getFeedbackReport, async ({ caller, query }) =>
    analytics.feedback(caller.orgId, await assistants.names(caller), query),
  )

  serve(router, operations.getEvents, ({ caller, query }) => analytics.events(caller, query))
}
