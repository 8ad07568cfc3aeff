import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildApp, type Engines } from '#src/app.js'
import { readConfig } from '#src/config.js'
import { createLogger } from '#src/log.js'
import { listen, localUrl } from '#src/startup/serve.js'
import { openDatabase } from '#src/store/database.js'
import { send, type Answer } from './http.js'
import { scriptedChat } from './scripted-chat.js'
import { scriptedRetriever } from './scripted-retriever.js'

export const CREDENTIALS = { clientId: 'test-client', clientSecret: 'a-secret-of-the-tests' }

/** Nothing is ingested; a Q&A pair counts as indexed. */
const idleIngest: Engines['ingest'] = {
  start: () => Promise.resolve(),
  wake: () => undefined,
  indexQa: () => Promise.resolve(),
  close: () => Promise.resolve(),
}

export interface ApplianceOptions {
  engines?: Partial<Engines>
  env?: Record<string, string>
  /** Keep the data of an earlier appliance. */
  dataDir?: string
}

/** A whole appliance on a free port: real HTTP, real SQLite in a temporary folder, scripted engines. */
export async function startAppliance({ engines = {}, env = {}, dataDir }: ApplianceOptions = {}) {
  const dir = dataDir ?? (await mkdtemp(join(tmpdir(), 'guichet-test-')))
  const config = readConfig({
    DATA_DIR: dir,
    LOG_LEVEL: 'silent',
    BOOTSTRAP_CLIENT_ID: CREDENTIALS.clientId,
    BOOTSTRAP_CLIENT_SECRET: CREDENTIALS.clientSecret,
    ...env,
  })
  const database = await openDatabase(config.data.database)
  const app = buildApp(
    config,
    database,
    {
      chat: scriptedChat(['Hold it for five ', 'seconds. It then beeps.']),
      retriever: scriptedRetriever(),
      ingest: idleIngest,
      embeddingModel: 'scripted',
      ...engines,
    },
    createLogger('silent', false),
  )
  const first = await app.begin()
  const server = await listen(app.handler, 0, '127.0.0.1')
  const origin = localUrl(server)
  const keys = { 'x-api-key': CREDENTIALS.clientId, 'x-api-secret': CREDENTIALS.clientSecret }

  return {
    origin,
    dir,
    keys,
    app,
    database,
    first,
    /** A request to `/api/v1…` with the first client's keys. */
    call: (
      method: string,
      path: string,
      body?: unknown,
      headers: Record<string, string> = {},
    ): Promise<Answer> => send(`${origin}/api/v1${path}`, { method, headers: { ...keys, ...headers }, body }),
    /** Ends it as SIGTERM would; the data stay when `keepData` is set. */
    async stop(keepData = false): Promise<void> {
      server.close()
      server.closeAllConnections()
      await app.close()
      if (!keepData) await rm(dir, { recursive: true, force: true })
    },
  }
}

export type Appliance = Awaited<ReturnType<typeof startAppliance>>
