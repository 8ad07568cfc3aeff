import express, { Router, type Express } from 'express'
import helmet from 'helmet'
import type { Assistants } from '../domain/assistants/assistants.js'
import type { AssistantRemoval } from '../domain/assistants/remove-assistant.js'
import type { Caller } from '../domain/auth/caller.js'
import type { Clients } from '../domain/auth/clients.js'
import type { Keys } from '../domain/auth/keys.js'
import type { WidgetTokens } from '../domain/auth/widget-tokens.js'
import type { Contexts } from '../domain/contexts/contexts.js'
import type { Conversations } from '../domain/conversations/conversations.js'
import type { Erasure } from '../domain/conversations/erasure.js'
import type { Messages } from '../domain/conversations/messages.js'
import type { Transcripts } from '../domain/conversations/transcripts.js'
import type { Ratings } from '../domain/feedback/ratings.js'
import type { HealthReport } from '../domain/health.js'
import type { Idempotency } from '../domain/idempotency.js'
import type { AssistantSources } from '../domain/knowledge/assistant-knowledge.js'
import type { Knowledge } from '../domain/knowledge/knowledge.js'
import type { Passages } from '../domain/knowledge/passages.js'
import type { Sessions } from '../domain/sessions/sessions.js'
import type { Unanswered } from '../domain/unanswered/unanswered.js'
import type { RequestRecorder } from '../domain/usage/request-recorder.js'
import type { Telemetry } from '../domain/usage/telemetry.js'
import type { WidgetConfigs } from '../domain/widgets/widget-configs.js'
import type { Logger } from '../log.js'
import type { Metrics } from '../metrics/metrics.js'
import { errorHandler, unknownPath } from './errors.js'
import { authenticate, authenticateIfAny } from './middleware/authenticate.js'
import { bodyDeadline } from './middleware/body-deadline.js'
import { anyOrigin, OPEN_PATHS } from './middleware/cors.js'
import { countRequests } from './middleware/count-requests.js'
import { heedKeys } from './middleware/idempotency.js'
import { CredentialFailures } from './middleware/credential-failures.js'
import { organizationRateLimit, type RateLimits } from './middleware/rate-limit.js'
import { recordRequests } from './middleware/record-requests.js'
import { requestLog } from './middleware/request-log.js'
import { analyticsRoutes, type AnalyticsServices } from './routes/analytics.js'
import { assistantRoutes } from './routes/assistants.js'
import { authRoutes } from './routes/auth.js'
import { conversationMessageRoutes } from './routes/conversation-messages.js'
import { contextRoutes } from './routes/contexts.js'
import { conversationRoutes } from './routes/conversations.js'
import { feedbackRoutes } from './routes/feedback.js'
import { docsRoutes } from './routes/docs.js'
import { healthRoutes, probeRoutes } from './routes/health.js'
import { keyRoutes } from './routes/keys.js'
import { knowledgeRoutes } from './routes/knowledge.js'
import { knowledgeUseRoutes } from './routes/knowledge-use.js'
import { metricsRoutes } from './routes/metrics.js'
import { pageRoutes, type PageParts } from './routes/page.js'
import { referenceRoutes } from './routes/reference.js'
import { sessionRoutes } from './routes/sessions.js'
import { transcriptRoutes } from './routes/transcripts.js'
import { telemetryRoutes } from './routes/telemetry.js'
import { unansweredRoutes } from './routes/unanswered.js'
import { widgetConfigRoutes } from './routes/widget-configs.js'

/** What the HTTP side calls; it knows nothing below. */
export interface Services extends AnalyticsServices {
  clients: Clients
  widgetTokens: WidgetTokens
  keys: Keys
  assistants: Assistants
  assistantRemoval: AssistantRemoval
  sessions: Sessions
  conversations: Conversations
  messages: Messages
  idempotency: Idempotency
  contexts: Contexts
  transcripts: Transcripts
  erasure: Erasure
  ratings: Ratings
  knowledge: Knowledge
  unanswered: Unanswered
  telemetry: Telemetry
  widgetConfigs: WidgetConfigs
  requestRecorder: RequestRecorder
  passages: Passages
  assistantSources: AssistantSources
  health: HealthReport
  metrics: Metrics
  page: PageParts
  rateLimits: RateLimits
  operator: (session: string) => Promise<Caller | undefined>
}

export interface HttpOptions {
  /** Proxies in front of us whose X-Forwarded-For may be believed. */
  proxyHops: number
  version: string
  /** Folder of the built reference. */
  docsDir: string
  uploadsDir: string
  maxUploadBytes: number
  /** What /metrics is read with; undefined = on this machine only. */
  metricsToken: string | undefined
  log: Logger
}

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
  app.use(recordRequests(services.requestRecorder))
  app.use(OPEN_PATHS, anyOrigin(), bodyDeadline(BODY_MS))
  app.use(apiRoutes(services, options))
  app.use(docsRoutes(options.docsDir))
  app.use(pageRoutes(services.page))
  app.use(unknownPath)
  app.use(errorHandler(options.log))
  return app
}

/** Every operation of the contract: first those for anybody, then those for whoever has been recognized. */
function apiRoutes(services: Services, options: HttpOptions): Router {
  const router = Router()
  const counted = organizationRateLimit(services.rateLimits)
  const recognizers = { ...services, failures: new CredentialFailures() }
  probeRoutes(router, services.health)
  metricsRoutes(router, services.metrics, options.metricsToken)
  authRoutes(router, services.widgetTokens, counted)
  router.use(['/api/v1/health', '/api/health'], authenticateIfAny(recognizers), counted)
  healthRoutes(router, services.health)
  referenceRoutes(router, options.version)
  telemetryRoutes(router, services.telemetry)

  router.use(
    ['/api/v1', '/widget-config'],
    authenticate(recognizers),
    counted,
    heedKeys(services.idempotency),
  )
  assistantRoutes(router, services.assistants, services.assistantRemoval)
  sessionRoutes(router, services.sessions, services.conversations, services.messages)
  conversationRoutes(router, services.conversations)
  conversationMessageRoutes(router, services.conversations, services.messages)
  contextRoutes(router, services.contexts)
  transcriptRoutes(router, services)
  feedbackRoutes(router, services)
  knowledgeUseRoutes(router, services.knowledge, services.passages, services.assistantSources)
  knowledgeRoutes(router, services.knowledge, options)
  keyRoutes(router, services.keys)
  analyticsRoutes(router, services)
  unansweredRoutes(router, services.unanswered)
  widgetConfigRoutes(router, services.widgetConfigs)
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
