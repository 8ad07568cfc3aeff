import type { RequestListener } from 'node:http'
import { fileURLToPath } from 'node:url'
import type { Config } from './config.js'
import type { BackupHealth } from './contract/health.js'
import { Answers } from './domain/answers/answers.js'
import { Composer } from './domain/answers/composer.js'
import { Assistants } from './domain/assistants/assistants.js'
import { AssistantRemoval } from './domain/assistants/remove-assistant.js'
import { Clients, type NewCredentials } from './domain/auth/clients.js'
import { Keys } from './domain/auth/keys.js'
import { Operators } from './domain/auth/operators.js'
import { SecretSeal } from './domain/auth/sealing.js'
import { RateCounts } from './domain/auth/rate-counts.js'
import { loadSigningKey } from './domain/auth/signing-key.js'
import { UserTokens } from './domain/auth/user-tokens.js'
import { WidgetTokens } from './domain/auth/widget-tokens.js'
import { Conversations } from './domain/conversations/conversations.js'
import { Erasure } from './domain/conversations/erasure.js'
import { Messages } from './domain/conversations/messages.js'
import { Transcripts } from './domain/conversations/transcripts.js'
import { Contexts } from './domain/contexts/contexts.js'
import { Ratings } from './domain/feedback/ratings.js'
import { HealthReport, type IndexProgress, type RetrievalState } from './domain/health.js'
import { Idempotency } from './domain/idempotency.js'
import { AssistantSources } from './domain/knowledge/assistant-knowledge.js'
import type { IngestPort } from './domain/knowledge/ingest-port.js'
import { Knowledge } from './domain/knowledge/knowledge.js'
import { removeLeftovers } from './domain/knowledge/leftovers.js'
import { Passages, type MayRead } from './domain/knowledge/passages.js'
import { Onboarding } from './domain/onboarding/onboarding.js'
import { PageSettings } from './domain/onboarding/page-settings.js'
import { Sessions } from './domain/sessions/sessions.js'
import { UnansweredFiling } from './domain/unanswered/filing.js'
import { Unanswered } from './domain/unanswered/unanswered.js'
import { usageOf } from './domain/usage/usage.js'
import { WidgetConfigs } from './domain/widgets/widget-configs.js'
import { notFound } from './errors.js'
import { createHttpApp } from './http/app.js'
import type { ChatEngine } from './inference/engine.js'
import type { Logger } from './log.js'
import type { BackupCondition } from './metrics/condition.js'
import { Metrics } from './metrics/metrics.js'
import type { Retriever } from './retrieval/retriever.js'
import { assistantStore } from './store/assistants.js'
import { clientStore } from './store/clients.js'
import { contextStore } from './store/contexts.js'
import { conversationStore } from './store/conversations.js'
import type { Database } from './store/database.js'
import { idempotentAnswerStore } from './store/idempotent-answers.js'
import { erasureStore } from './store/erasure.js'
import { feedbackStore } from './store/feedback.js'
import { takeInventory } from './store/inventory.js'
import { operatorTokenStore } from './store/operator-tokens.js'
import { organizationStore } from './store/organizations.js'
import { rateWindowStore } from './store/rate-windows.js'
import { sessionStore } from './store/sessions.js'
import { settingStore } from './store/settings.js'
import { WhileUnchanged } from './store/while-unchanged.js'
import { unansweredStore } from './store/unanswered.js'
import { widgetConfigStore } from './store/widget-configs.js'
import { VERSION } from './version.js'

/** Processing of sources, as the appliance drives it. */
export interface IngestDriver extends IngestPort {
  /** Loads what it needs and takes up the jobs there are; rejects when it cannot. */
  start(): Promise<void>
  /** How far the vectors of another embedding model are; null when none are being made. */
  rebuilding?(): IndexProgress | null
  /** Stops after the batch under way. */
  close(): Promise<void>
}

/** Backups by the clock, as the appliance drives them. */
export interface BackupDriver {
  /** Begins to follow the clock; never rejects for want of a folder. */
  start(): Promise<void>
  state(): BackupHealth
  /** Ends the backup under way promptly. */
  close(): Promise<void>
}

/** The parts that need a model on disk or a process of their own; tests hand in their own. */
export interface Engines {
  chat: ChatEngine
  retriever: Retriever
  ingest: IngestDriver
  /** Absent when no backups are scheduled. */
  backups?: BackupDriver
  /** Name of the embedding model; null when there is none. */
  embeddingModel: string | null
}

/** What a first start has to tell, once. */
export interface FirstStartNews {
  credentials: NewCredentials
  operatorToken: string
}

export interface App {
  handler: RequestListener
  /** Makes what an empty appliance needs and starts the engines, without waiting for them. */
  begin(): Promise<FirstStartNews | undefined>
  /** Ends the replies being made with an error; the end is near. */
  abandonReplies(): void
  /** Ends the streams that would go on for ever, so that HTTP can end. */
  endStreams(): void
  /** Ends the engines, then the database. HTTP must have ended before. */
  close(): Promise<void>
}

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/** Builds the whole appliance, bottom floor first. It does not listen. */
export function buildApp(
  config: Config,
  database: Database,
  engines: Engines,
  log: Logger,
  metrics = new Metrics(log),
): App {
  const { db } = database
  const { chat, retriever, ingest, backups } = engines
  const uploadsDir = config.data.uploads
  const builtAt = Date.now()
  const stores = {
    clients: clientStore(db, new WhileUnchanged(database.connection)),
    organizations: organizationStore(db, new WhileUnchanged(database.connection)),
    assistants: assistantStore(db),
    conversations: conversationStore(db),
    sessions: sessionStore(db),
    settings: settingStore(db),
    contexts: contextStore(db),
  }
  const loadChat = () => {
    chat.load().catch((error: unknown) => log.warn({ err: error }, 'the chat model cannot be loaded'))
  }

  const signingKey = loadSigningKey(config.data.signingKey)
  const seal = new SecretSeal(signingKey)
  const clients = new Clients(stores.clients, seal)
  const userTokens = new UserTokens(seal, signingKey)
  const operators = new Operators(operatorTokenStore(db))
  const assistants = new Assistants(stores.assistants, loadChat)
  const sessions = new Sessions(db, stores.sessions, stores.conversations, assistants, config.sessionMinutes)
  const answers = new Answers(retriever, new Composer(chat, config.engine.contextTokens))
  const requestsPerHour = async (orgId: string) =>
    (await stores.organizations.find(orgId))?.requests_per_hour ?? config.http.requestsPerHour
  const windows = new RateCounts(rateWindowStore(db), log)
  const usage = usageOf({
    db,
    log,
    kept: config.analytics,
    requestsPerHour,
    rateWindow: (key) => windows.find(key),
  })
  const filing = new UnansweredFiling(db, retriever, log)
  const { conversations, sessions: sessionRows } = stores
  const messages = new Messages({
    db,
    conversations,
    sessionStore: sessionRows,
    contexts: stores.contexts,
    sessions,
    assistants,
    answers,
    metrics: metrics.replies,
    log,
    observers: [(reply) => usage.replies.record(reply), (reply) => filing.file(reply)],
  })
  const erasure = new Erasure(erasureStore(db))
  const knowledge = new Knowledge({
    ...{ db, assistants, retriever, ingest, uploadsDir },
    refreshHours: config.urlRefreshHours,
  })
  const onboarding = new Onboarding({
    db,
    organizations: stores.organizations,
    clients,
    assistants,
    settings: stores.settings,
    uploadsDir,
    guideDir: `${ROOT}docs/guide`,
  })
  const page = new PageSettings(onboarding, operators, stores.assistants, stores.clients, {
    version: VERSION,
    publicUrl: config.http.publicUrl,
    maxUploadBytes: config.http.maxUploadBytes,
  })
  const retrieval: RetrievalState = { state: 'loading', model: engines.embeddingModel, detail: null }
  const health = new HealthReport(
    VERSION,
    config.data.dir,
    chat,
    () => stateNow(retrieval, retriever),
    () => backups?.state() ?? null,
    () => ingest.rebuilding?.() ?? null,
  )
  metrics.watch({
    version: VERSION,
    ready: () => health.brief().ready,
    engine: () => chat.status(),
    knowledge: () => takeInventory(db),
    dataDir: config.data.dir,
    databaseFile: config.data.database,
    ...(backups && { backup: () => backupCondition(backups.state()) }),
  })

  const talks = new Conversations({
    db,
    store: conversations,
    contexts: stores.contexts,
    assistants,
    erasure,
  })

  const handler = createHttpApp(
    {
      clients,
      widgetTokens: new WidgetTokens({ store: stores.clients, userTokens, signingKey }),
      keys: new Keys({ db, store: stores.clients, clients, assistants }),
      assistants,
      assistantRemoval: new AssistantRemoval({
        db,
        assistants: stores.assistants,
        removed: (sourceIds) => {
          for (const id of sourceIds) knowledge.events.changed(id)
          ingest.wake()
        },
      }),
      sessions,
      conversations: talks,
      messages,
      idempotency: new Idempotency(idempotentAnswerStore(db), log),
      contexts: new Contexts(db, stores.contexts),
      transcripts: new Transcripts(conversations, stores.assistants),
      erasure,
      ratings: new Ratings({ db, store: feedbackStore(db), conversations, sessionStore: sessionRows }),
      knowledge,
      unanswered: new Unanswered(unansweredStore(db), knowledge, () => filing.idle()),
      widgetConfigs: new WidgetConfigs(widgetConfigStore(db), assistants),
      telemetry: usage.telemetry,
      requestRecorder: usage.requests,
      analytics: usage.analytics,
      usageReports: usage.reports,
      passages: new Passages(db, mayRead(sessions, talks)),
      assistantSources: new AssistantSources(db),
      health,
      metrics,
      page: { dir: `${ROOT}dist/page`, operators, config: (operator) => page.config(operator) },
      operator: (session) => page.operator(session),
      rateLimits: { windows, requestsPerHour },
    },
    {
      proxyHops: config.http.proxyHops,
      version: VERSION,
      docsDir: `${ROOT}dist/reference`,
      uploadsDir,
      maxUploadBytes: config.http.maxUploadBytes,
      metricsToken: config.http.metricsToken,
      log,
    },
  )

  return {
    handler,
    abandonReplies: () => {
      messages.abandonAll()
    },
    endStreams: () => {
      knowledge.events.end()
    },
    async begin() {
      await removeLeftovers(db, uploadsDir, builtAt)
      const news =
        (await onboarding.made()) === undefined ? await onboarding.run(config.bootstrap) : undefined
      watch(retrieval, startSearch(ingest, retriever), log)
      if (await stores.assistants.anyComposes()) loadChat()
      await backups?.start()
      usage.retention.start()
      return news && { credentials: news.credentials, operatorToken: await operators.createLink() }
    },
    async close() {
      await Promise.all([ingest.close(), backups?.close(), filing.close()])
      await Promise.all([usage.close(), windows.flush()])
      await Promise.all([retriever.close(), chat.close()])
      await database.close()
    },
  }
}

/** Whoever holds a session may read what was said in it. */
function mayRead(sessions: Sessions, conversations: Conversations): MayRead {
  return async (caller, { sessionId, conversationId, secret }) => {
    if (sessionId !== undefined)
      return (await sessions.open({ caller, id: sessionId, secret })).conversation_id
    if (conversationId === undefined) throw notFound('conversation', '')
    return (await conversations.open({ caller, id: conversationId })).id
  }
}

function backupCondition({
  due_at: due,
  last_success_at: at,
  last_bytes: bytes,
  failures,
}: BackupHealth): BackupCondition {
  const time = (text: string | null) => (text === null ? null : new Date(text))
  return { dueAt: time(due), lastSuccessAt: time(at), bytes, failures }
}

/** The index must exist before it is searched, and making it is ingestion's business. */
async function startSearch(ingest: IngestDriver, retriever: Retriever): Promise<void> {
  await ingest.start()
  await retriever.ready()
}

/** Search that answered at the start may hang later on. */
function stateNow(retrieval: RetrievalState, retriever: Retriever): RetrievalState {
  const wrong = retriever.healthy?.() ?? null
  return wrong === null ? retrieval : { ...retrieval, state: 'failed', detail: wrong }
}

function watch(retrieval: RetrievalState, starting: Promise<void>, log: Logger): void {
  starting.then(
    () => {
      retrieval.state = 'ready'
    },
    (error: unknown) => {
      retrieval.state = 'failed'
      retrieval.detail = error instanceof Error ? error.message : String(error)
      log.error({ err: error }, 'search cannot start')
    },
  )
}
