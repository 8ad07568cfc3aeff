import { setImmediate as nextTurn } from 'node:timers/promises'
import { AppError } from '../errors.js'
import type { Logger } from '../log.js'
import type { IngestionMetrics } from '../metrics/ingestion.js'
import type { EmbedderOptions } from '../retrieval/embedder.js'
import type { Database } from '../store/database.js'
import { jobStore, type Job } from '../store/jobs.js'
import type { Stage } from '../store/schema.js'
import { sourceStore, type Source, type SourceChange } from '../store/sources.js'
import { deleteSource, removePassages } from './delete-source.js'
import { FetchPolicy } from '../fetch-policy.js'
import { ExtractionError } from './extract/extraction.js'
import { Extractor } from './extractor.js'
import { indexPair } from './index-qa.js'
import { PageFetcher } from './fetch/page-fetcher.js'
import type { RebuildProgress } from './index-rebuild.js'
import { IndexKeeper } from './index-keeper.js'
import { ingestSource, Superseded } from './ingest-source.js'
import { StaleEmbedder } from './passage-writer.js'

export interface IngestorOptions {
  database: Database
  /** Folder of the uploaded files. */
  uploadsDir: string
  log: Logger
  metrics?: IngestionMetrics
  /** Fetches web pages; default: from public addresses. */
  fetcher?: PageFetcher
  /** Longest time one file's extraction may take. Default 10 minutes. */
  extractDeadlineMs?: number
  /** URL of a module with a `loadEmbedder`; tests put a small one in place of the real one. */
  embedderModule?: string
}

const EXTRACT_DEADLINE_MS = 10 * 60_000
/** A job during which the process died so often, without progress in between, is given up. */
const MAX_ATTEMPTS = 3

/**
 * The second driver beside HTTP: works off the job table, one job at a time, oldest first. What it has
 * stored survives `kill -9`: the next start goes on from there and ends with the same result.
 */
export class Ingestor {
  readonly #options: IngestorOptions
  readonly #extractor: Extractor
  readonly #fetcher: PageFetcher
  readonly #watchers = new Set<(sourceId: string) => void>()
  readonly #closing = new AbortController()
  /** Jobs that failed for reasons of ours (a full disk); tried again at the next start. */
  readonly #deferred = new Set<string>()
  #keeper: IndexKeeper | undefined
  #started: Promise<void> | undefined
  #ready = false
  #loop: Promise<void> | undefined
  #woken = false

  constructor(options: IngestorOptions) {
    this.#options = options
    this.#fetcher = options.fetcher ?? new PageFetcher({ policy: new FetchPolicy(), userAgent: 'Guichet' })
    this.#extractor = new Extractor({
      deadlineMs: options.extractDeadlineMs ?? EXTRACT_DEADLINE_MS,
      log: options.log,
    })
  }

  /**
   * Loads the embedder and takes up what is owed. Call again with a model after a failure.
   * @param earlier the embedder whose vectors the index may hold still, where its files are there.
   * @throws Error when the embedder cannot be loaded.
   */
  start(embedder: EmbedderOptions, earlier?: EmbedderOptions): Promise<void> {
    this.#started ??= this.#begin(embedder, earlier).catch((error: unknown) => {
      this.#started = undefined
      throw error
    })
    return this.#started
  }

  /** There is a new job. Never throws and does not wait; before `start` it does nothing. */
  wake(): void {
    this.#woken = true
    if (!this.#ready || this.#closing.signal.aborted || this.#loop) return
    this.#loop = this.#drain().finally(() => {
      this.#loop = undefined
      if (this.#woken) this.wake()
    })
  }

  /** Tells of every source that stands differently than before, right after that was stored. Call what it gives back to end that. */
  watch(told: (sourceId: string) => void): () => void {
    this.#watchers.add(told)
    return () => this.#watchers.delete(told)
  }

  /** Resolves once no job is left that could run now. */
  async idle(): Promise<void> {
    while (this.#loop) await this.#loop
  }

  /**
   * Embeds and indexes a stored Q&A pair, past the queue; once it resolves, the pair is found, as `change` makes it.
   * @throws AppError `not_ready` before `start` was called, `not_found` for what is no pair (any more),
   * `busy` when too many pairs wait.
   */
  async indexQa(sourceId: string, change?: SourceChange): Promise<void> {
    await this.#started
    if (!this.#keeper || !this.#ready) {
      throw new AppError('not_ready', 'The embedding model is still loading; please try again in a moment.', {
        retryAfterSeconds: 5,
      })
    }
    const source = await sourceStore(this.#options.database.db).anyState(sourceId)
    if (source?.type !== 'qa' || source.status === 'deleting') {
      throw new AppError('not_found', `There is no Q&A pair "${sourceId}".`)
    }
    await this.#indexPair(this.#keeper, source, change)
    this.#changed(sourceId)
    this.#options.metrics?.finished('qa')
  }

  /** How far the vectors of another embedding model are; null when the index is that of the model in use. */
  rebuilding(): RebuildProgress | null {
    return this.#keeper?.progress ?? null
  }

  /** Stops after the batch under way and ends the worker threads. */
  async close(): Promise<void> {
    this.#closing.abort()
    await this.#started?.catch(() => undefined)
    await this.idle()
    await Promise.all([this.#extractor.close(), this.#keeper?.close()])
  }

  async #begin(embedder: EmbedderOptions, earlier: EmbedderOptions | undefined): Promise<void> {
    const { database, log, uploadsDir } = this.#options
    const module = this.#options.embedderModule ?? new URL('../retrieval/embedder.js', import.meta.url).href
    const wake = () => {
      this.wake()
    }
    this.#keeper = await IndexKeeper.open({ database, log, uploadsDir, module, wake }, embedder, earlier)
    await this.#adoptOrphans()
    this.#ready = true
    this.wake()
  }

  /** Whichever embedder's index it is when the vectors are made. */
  async #indexPair(keeper: IndexKeeper, source: Source, change: SourceChange | undefined): Promise<void> {
    const { database } = this.#options
    try {
      await indexPair(database, keeper.writer, source, change)
    } catch (error) {
      if (!(error instanceof StaleEmbedder)) throw error
      await indexPair(database, keeper.writer, source, change)
    }
  }

  /** A pair whose process died before it was indexed is taken up by the queue. */
  async #adoptOrphans(): Promise<void> {
    const { db } = this.#options.database
    for (const { id, orgId, status } of await sourceStore(db).orphans()) {
      const task = status === 'deleting' ? 'delete' : 'ingest'
      await jobStore(db).enqueue({ sourceId: id, orgId, task, stage: 'extract' })
    }
  }

  async #drain(): Promise<void> {
    const { log, database } = this.#options
    try {
      let before: Job | undefined
      while (!this.#closing.signal.aborted) {
        this.#woken = false
        const job = await jobStore(database.db).next([...this.#deferred])
        if (!job) {
          if ((await this.#keeper?.step([...this.#deferred])) !== true) return
          await nextTurn()
          continue
        }
        if (before !== undefined && isSame(before, job)) {
          log.error({ source: job.sourceId }, 'a job that was done is still there: is the database damaged?')
          this.#deferred.add(job.sourceId)
        } else await this.#run(job)
        before = job
        // @NOTE SQLite answers without letting go of the thread: signals and requests are heard here.
        await nextTurn()
      }
    } catch (error) {
      this.#woken = false
      log.error({ err: error }, 'the job queue cannot be read')
    }
  }

  async #run(job: Job): Promise<void> {
    const { database, log } = this.#options
    const jobs = jobStore(database.db)
    try {
      await jobs.begin(job)
      const source = await sourceStore(database.db).anyState(job.sourceId)
      if (!source) await jobs.finish(job)
      else if (job.task === 'delete') {
        await deleteSource(database, this.#options.uploadsDir, source, this.#closing.signal)
      } else if (job.attempts >= MAX_ATTEMPTS) {
        await this.#fail(
          job,
          `The appliance stopped ${MAX_ATTEMPTS} times while working on this source (stage "${job.stage}"), so it was given up.`,
        )
      } else await this.#ingest(job, source)
    } catch (error) {
      if (this.#closing.signal.aborted) await jobs.release(job)
      else if (error instanceof Superseded) await jobs.finish(job)
      else if (error instanceof ExtractionError) await this.#fail(job, error.message)
      else if (job.task === 'ingest') await this.#failUnexpectedly(job, error)
      else {
        log.error({ err: error, source: job.sourceId }, 'deleting a source failed')
        this.#deferred.add(job.sourceId)
      }
    }
  }

  async #ingest(job: Job, source: Source): Promise<void> {
    if (!this.#keeper) return
    const parts = {
      database: this.#options.database,
      uploadsDir: this.#options.uploadsDir,
      extractor: this.#extractor,
      writer: this.#keeper.writer,
      fetcher: this.#fetcher,
      changed: (sourceId: string) => this.#changed(sourceId),
      metrics: this.#options.metrics,
    }
    await ingestSource(parts, job, source, this.#closing.signal)
  }

  #changed(sourceId: string): void {
    for (const told of this.#watchers) told(sourceId)
  }

  async #failUnexpectedly(job: Job, error: unknown): Promise<void> {
    this.#options.log.error({ err: error, source: job.sourceId }, 'processing a source failed')
    const stage = await this.#stageOf(job)
    await this.#fail(
      job,
      `Processing stopped unexpectedly in stage "${stage}"; the log of the appliance says why.`,
    )
  }

  /** Where a job has got to, which may be further than where it would be taken up again. */
  async #stageOf(job: Job): Promise<Stage> {
    const source = await sourceStore(this.#options.database.db).anyState(job.sourceId)
    return source?.stage ?? job.stage
  }

  async #fail(job: Job, sentence: string): Promise<void> {
    const { db } = this.#options.database
    const stage = await this.#stageOf(job)
    const live = (await sourceStore(db).anyState(job.sourceId))?.liveVersion ?? null
    // What was found before is still found; what was begun in its place is not taken for it later on.
    if (live !== null)
      await removePassages(this.#options.database, job.sourceId, new AbortController().signal, live)
    await db.transaction().execute(async (tx) => {
      await sourceStore(tx).setStatus(job.sourceId, 'failed', sentence)
      await jobStore(tx).finish(job)
    })
    this.#changed(job.sourceId)
    this.#options.metrics?.failed(stage)
  }
}

/** Work owed to a source anew is another job. */
function isSame(a: Job, b: Job): boolean {
  return a.sourceId === b.sourceId && a.createdAt === b.createdAt && a.task === b.task
}
