import type { Engines, IngestDriver } from '../app.js'
import { backupProcess, lookProcess } from '../backup/backup-process.js'
import { ScheduledBackups } from '../backup/scheduled-backups.js'
import type { Config } from '../config.js'
import { childEnvironment } from '../inference/child-environment.js'
import { LlamaProcess } from '../inference/llama-process.js'
import { PageFetcher } from '../ingest/fetch/page-fetcher.js'
import { Ingestor } from '../ingest/worker.js'
import type { Logger } from '../log.js'
import type { Metrics } from '../metrics/metrics.js'
import { chooseModel, type ChosenModel } from '../models/choose.js'
import type { EmbedderOptions } from '../retrieval/embedder.js'
import { PooledRetriever } from '../retrieval/pooled-retriever.js'
import type { Retriever } from '../retrieval/retriever.js'
import type { Database } from '../store/database.js'
import { readIndexRecord } from '../store/index-record.js'
import { VERSION } from '../version.js'
import type { Models } from './models.js'

/** The real engines: nothing is loaded until it is started or asked for. */
export function createEngines(
  config: Config,
  models: Models,
  database: Database,
  log: Logger,
  environment: Readonly<Record<string, string | undefined>>,
  metrics: Metrics,
): Engines {
  const { embedding, chat } = models
  const { threads, gpu, contextTokens } = config.engine
  const options = embedding && embedderOptions(embedding, threads)
  const earlier = options && earlierOptions(database, models, options, threads)
  return {
    chat: new LlamaProcess({
      modelFile: chat?.path ?? null,
      modelName: chat?.id ?? null,
      threads,
      gpu,
      contextTokens,
      environment,
      log,
    }),
    retriever: options
      ? new PooledRetriever({ database: config.data.database, embedder: options, earlier })
      : blindRetriever(),
    ingest: ingestDriver(
      new Ingestor({
        database,
        uploadsDir: config.data.uploads,
        log,
        metrics: metrics.ingestion,
        fetcher: new PageFetcher({ ...config.fetch, userAgent: `Guichet/${VERSION}` }),
      }),
      options && { ...options, threads: ingestThreads(threads) },
      earlier && { ...earlier, threads: ingestThreads(threads) },
    ),
    embeddingModel: embedding?.id ?? null,
    ...(config.backup && {
      backups: new ScheduledBackups({
        settings: config.backup,
        data: config.data,
        version: VERSION,
        run: backupProcess(childEnvironment(environment)),
        look: lookProcess(childEnvironment(environment)),
        log,
      }),
    }),
  }
}

/** Half of them: a document embedded on all would hold up every visitor's question until it is done. */
function ingestThreads(threads: number): number {
  return Math.max(1, Math.floor(threads / 2))
}

/** The model that the index was made with, where it is another one and lies in the models folder still. */
function earlierOptions(
  { connection }: Database,
  { folder }: Models,
  { id }: EmbedderOptions,
  threads: number,
): EmbedderOptions | undefined {
  const indexed = readIndexRecord(connection)?.live.embedder.id
  if (indexed === undefined || indexed === id) return undefined
  const model = chooseModel('embedding', folder, indexed)
  return model && embedderOptions(model, threads)
}

function embedderOptions(model: ChosenModel, threads: number): EmbedderOptions {
  const entry = model.entry?.role === 'embedding' ? model.entry : undefined
  return {
    directory: model.path,
    id: model.id,
    threads,
    ...(entry && {
      queryPrefix: entry.prefixes.query,
      passagePrefix: entry.prefixes.passage,
      maxTokens: entry.maxTokens,
      languages: entry.languages.includes('multilingual') ? ('all' as const) : entry.languages,
    }),
  }
}

function ingestDriver(
  ingestor: Ingestor,
  embedder: EmbedderOptions | undefined,
  earlier: EmbedderOptions | undefined,
): IngestDriver {
  return {
    start: async () => {
      if (embedder !== undefined) await ingestor.start(embedder, earlier)
    },
    wake: () => {
      ingestor.wake()
    },
    indexQa: (sourceId, change) => ingestor.indexQa(sourceId, change),
    watch: (told) => ingestor.watch(told),
    rebuilding: () => ingestor.rebuilding(),
    close: () => ingestor.close(),
  }
}

/** Stands where no embedding model is: says what is missing, and how to get it. */
function blindRetriever(): Retriever {
  const refuse = () =>
    Promise.reject(
      new Error(
        'There is no embedding model: none could be fetched. Put one into the models folder (a folder with config.json, tokenizer.json and onnx/model_quantized.onnx) and restart.',
      ),
    )
  return { ready: refuse, search: refuse, evidence: refuse, close: () => Promise.resolve() }
}
