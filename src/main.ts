import { buildApp } from './app.js'
import { BackupError } from './backup/backup-error.js'
import { finishRestore } from './backup/swap.js'
import { removeAbandonedWork } from './backup/workspace.js'
import { ConfigError, readConfig, type Config } from './config.js'
import { createLogger } from './log.js'
import { Metrics } from './metrics/metrics.js'
import { announcement } from './startup/announce.js'
import { createEngines } from './startup/engines.js'
import { DataFolderError, holdDataFolder } from './store/data-lock.js'
import { prepareModels } from './startup/models.js'
import { listen, ListenError, localUrl, stopListening } from './startup/serve.js'
import { startWatchdog } from './startup/watchdog.js'
import { DatabaseError, openDatabase } from './store/database.js'
import { VERSION } from './version.js'

/** Whatever hangs, the process is gone before a container engine would kill it, 10 s after SIGTERM. */
const END_MS = 9500
/** For an event loop that stands still: nothing the product does holds it up for a thousandth of this. */
const PATIENCE = { stuckMs: 60_000, endMs: END_MS + 200 }
const SIGNALS = ['SIGTERM', 'SIGINT'] as const
/** What a shell expects of a program that was interrupted. */
const INTERRUPTED = 130

// @NOTE onnxruntime would report the models it runs to its makers, under an id of this machine that it keeps in ~/.cache.
// It asks once, when its library is loaded, and sees the process's environment, not that of the thread it runs in.
process.env['ORT_DISABLE_TELEMETRY'] = '1'

/** Environment → configuration → models → appliance → listening; the other way round on SIGTERM. */
async function main(): Promise<void> {
  const early = new AbortController()
  const interrupt = () => early.abort()
  for (const signal of SIGNALS) process.on(signal, interrupt)
  const config = readConfig(process.env)
  const log = createLogger(config.logLevel)
  const release = holdDataFolder(config.data.dir)
  await finishRestore(config.data.dir)
  await removeAbandonedWork(config.data.dir)
  const database = await openDatabase(config.data.database)
  const models = await prepareModels(config.models, process.stderr, early.signal)
  const metrics = new Metrics(log)
  const engines = createEngines(config, models, database, log, process.env, metrics)
  const app = buildApp(config, database, engines, log, metrics)
  // @NOTE before anything is made: credentials of a first start that ends at a taken port would be shown to nobody.
  const server = await listen(app.handler, config.http.port, config.http.host)
  const watchdog = startWatchdog(PATIENCE, log)
  const news = await app.begin()

  process.stdout.write(
    `${announcement({
      version: VERSION,
      url: config.http.publicUrl ?? localUrl(server),
      models,
      threads: config.engine.threads,
      gpu: config.engine.gpu,
      modelsDir: config.models.dir,
      backup: engines.backups?.state(),
      news,
      credentialsGiven: config.bootstrap !== undefined,
      startedInMs: performance.now(),
      colour: hasColour(config),
    })}\n`,
  )

  let ending = false
  const end = (signal: string) => {
    // Asked a second time: now.
    if (ending) process.exit(INTERRUPTED)
    ending = true
    watchdog.ending()
    setTimeout(() => process.exit(1), END_MS).unref()
    log.info({ signal }, 'ending')
    app.endStreams()
    stopListening(server, () => app.abandonReplies())
      .then(() => app.close())
      .then(release, fail)
  }
  for (const signal of SIGNALS) process.off(signal, interrupt).on(signal, end)
  if (early.signal.aborted) end('early')
}

function hasColour(config: Config): boolean {
  return process.stdout.isTTY && config.logLevel !== 'silent' && !('NO_COLOR' in process.env)
}

/** What the operator can mend is said in its own words; anything else with its stack. */
function fail(error: unknown): void {
  // Ctrl-C while the models are fetched: what was fetched so far is kept, and there is nothing to say.
  if (error instanceof Error && error.name === 'AbortError') process.exit(INTERRUPTED)
  const known = [BackupError, ConfigError, DatabaseError, DataFolderError, ListenError].some(
    (kind) => error instanceof kind,
  )
  process.stderr.write(
    `${known ? (error as Error).message : String(error instanceof Error ? error.stack : error)}\n`,
  )
  process.exit(1)
}

main().catch(fail)
