import express, { json, Router, type Express } from 'express'
import helmet from 'helmet'
import type { Assistants } from '../domain/assistants/assistants.js'
import type { Caller } from '../domain/auth/caller.js'
import type { Clients } from '../domain/auth/clients.js'
import type { WidgetTokens } from '../domain/auth/widget-tokens.js'
import type { Messages } from '../domain/conversations/messages.js'
import type { HealthReport } from '../domain/health.js'
import type { Knowledge } from '../domain/knowledge/knowledge.js'
import type { Sessions } from '../domain/sessions/sessions.js'
import type { Logger } from '../log.js'
import type { Metrics } from '../metrics/metrics.js'
import { errorHandler, unknownPath } from './errors.js'
import { authenticate } from './middleware/authenticate.js'
import { bodyDeadline } from './middleware/body-deadline.js'
import { anyOrigin } from './middleware/cors.js'
import { countRequests } from './middleware/count-requests.js'
import { organizationRateLimit, type RateLimits } from './middleware/rate-limit.js'

import { requestLog } from './middleware/request-log.js'
import { assistantRoutes } from './routes/assistants.js'
import { authRoutes } from './routes/auth.js'
import { healthRoutes, probeRoutes } from './routes/health.js'
import { knowledgeRoutes } from './routes/knowledge.js'
import { metricsRoutes } from './routes/metrics.js'
import { pageRoutes, type PageParts } from './routes/page.js'
import { sessionRoutes } from './routes/sessions.js'

/** What the HTTP side calls; it knows nothing below. */
export interface Services {
  clients: Clients
  widgetTokens: WidgetTokens
  assistants: Assistants
  sessions: Sessions
  messages: Messages
  knowledge: Knowledge
  health: HealthReport
  metrics: Metrics
  page: PageParts
  rateLimits: RateLimits
  operator: (session: string) => Promise<Caller | undefined>
}

export interface HttpOptions {
  /** Proxies in front of us whose X-Forwarded-For may be believed. */
  proxyHops: number
  uploadsDir: string
  maxUploadBytes: number
  /** What /metrics is read with; undefined = on this machine only. */
  metricsToken: string | undefined
  log: Logger
}

const JSON_LIMIT = '256kb'
/** For the body of anything but an upload, in ms. */
const BODY_MS = 30_000
/** The whole HTTP side; it does not listen. Order matters: who asks, may they, what do they say, then the routes. */
export function createHttpApp(services: Services, options: HttpOptions): Express {
  const app = express()
  app.disable('x-powered-by')
  app.set('trust proxy', options.proxyHops)
  app.set('query parser', 'simple')

  app.use(countRequests(services.metrics.requests))
  app.use(requestLog(options.log))
  app.use(securityHeaders())
  app.use(probeRoutes(services.health))
  app.use(metricsRoutes(services.metrics, options.metricsToken))
  app.use('/api', anyOrigin(), bodyDeadline(BODY_MS), apiRoutes(services, options))
  app.use(pageRoutes(services.page))
  app.use(unknownPath)
  app.use(errorHandler(options.log))
  return app
}

function apiRoutes(services: Services, options: HttpOptions): Router {
  const authenticated = authenticate(services)
  const router = Router()
  const counted = organizationRateLimit(services.rateLimits)
  router.use(['/v1/auth', '/auth'], authRoutes(services.widgetTokens, counted))
  router.use(['/v1/health', '/health'], healthRoutes(services.health, authenticated))
  router.use('/v1', authenticated, counted, json({ limit: JSON_LIMIT }))
  router.use(['/v1/assistants', '/v1/agents'], assistantRoutes(services.assistants))
  router.use('/v1/sessions', sessionRoutes(services.sessions, services.messages))
  router.use('/v1/knowledge', knowledgeRoutes(services.knowledge, options))
  return router
}

/** For the page: nothing from elsewhere, no inline code. HTTPS is the proxy's business. */
function securityHeaders() {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        imgSrc: ["'self'", 'data:'],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    crossOriginResourcePolicy: { policy: 'cross-origin' },
    strictTransportSecurity: false,
  })
}
