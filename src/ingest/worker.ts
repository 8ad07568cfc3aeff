import { setImmediate as nextTurn } from 'node:timers/promises'
import { AppError } from '../errors.js'
import type { Logger } from '../log.js'
import type { IngestionMetrics } from '../metrics/ingestion.js'
import type { EmbedderOptions } from '../retrieval/embedder.js'
import type { Database } from '../store/database.js'
import { jobStore, type Job } from '../store/jobs.js'
import { sourceStore, type Source, type SourceChange } from '../store/sources.js'
import { LinkReader } from './crawl/link-reader.js'
import { RobotsFiles } from './crawl/robots.js'
import { deleteSource } from './delete-source.js'
import { FetchPolicy } from '../fetch-policy.js'
import { ExtractionError } from './extract/extraction.js'
import { EXTRACT_DEADLINE_MS, Extractor } from './extractor.js'
import { fetchStage } from './fetch-stage.js'
import { FetchLane } from './fetch-lane.js'
import { giveUp, stageOf } from './give-up.js'
import { indexPair } from './index-qa.js'
import { PageFetcher } from './fetch/page-fetcher.js'
import type { RebuildProgress } from './index-rebuild.js'
import { IndexKeeper } from './index-keeper.js'
import { ingestSource, Superseded, type IngestParts } from './ingest-source.js'
import { StaleEmbedder } from './passage-writer.js'
import { RefreshClock } from './refresh-clock.js'

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
  /** How often it is looked which pages are due to be fetched again. Default once a minute. */
  refreshLookMs?: number
  /** Pause between two pages that a crawl reads of one site, in ms. Default 200. */
  crawlPauseMs?: number
  /** How long it waits when the disk is full. Default 30 s. */
  fullDiskPauseMs?: number
  /** URL of a module with a `loadEmbedder`; tests put a small one in place of the real one. */
  embedderModule?: string
}

/** A job during which the process died so often, without progress in between, is given up. */
const MAX_ATTEMPTS = 3
/** Several are fetched at once, so that some are there whenever the process dies of something else. */
const MAX_FETCH_ATTEMPTS = 10
const REFRESH_LOOK_MS = 60_000
const CRAWL_PAUSE_MS = 200
const FULL_DISK_PAUSE_MS = 30_000
const FULL = new Set<unknown>(['ENOSPC', 'EDQUOT', 'SQLITE_FULL'])

/**
 * The second driver beside HTTP: works off the job table, one job at a time, oldest first, and fetches pages beside. What
 * it has stored survives `kill -9`: the next start goes on from there and ends with the same result.
 */
export class Ingestor {
  readonly #options: IngestorOptions
  readonly #extractor: Extractor
  readonly #fetcher: PageFetcher
  readonly #links: LinkReader
  readonly #robots: RobotsFiles
  readonly #fetches: FetchLane
  readonly #clock: RefreshClock
  readonly #watchers = new Set<(sourceId: string) => void>()
  readonly #closing = new AbortController()
  /** Jobs that failed for reasons of ours (a full disk); tried again at the next start. */
  readonly #deferred = new Set<string>()
  #keeper: IndexKeeper | undefined
  #started: Promise<void> | undefined
  #ready = false
  #loop: Promise<void> | undefined
  #woken = false
  #retry: NodeJS.Timeout | undefined

  constructor(options: IngestorOptions) {
    this.#options = options
    this.#fetcher = options.fetcher ?? new PageFetcher({ policy: new FetchPolicy(), userAgent: 'Guichet' })
    this.#extractor = new Extractor({
      deadlineMs: options.extractDeadlineMs ?? EXTRACT_DEADLINE_MS,
      log: options.log,
    })
    this.#links = new LinkReader(options.log)
    this.#robots = new RobotsFiles(this.#fetcher, this.#links, options.uploadsDir)
    const { database, log, crawlPauseMs = CRAWL_PAUSE_MS, refreshLookMs = REFRESH_LOOK_MS } = options
    this.#fetches = new FetchLane({
      next: (limit, except, origins) =>
        this.#retry ? Promise.resolve([]) : jobStore(database.db).fetches(limit, except, origins),
      run: (job) => this.#run(job),
      broken: (error) => this.#rest(error),
      pauseMs: (origin) => Math.max(crawlPauseMs, this.#robots.delayMs(origin)),
    })
    this.#clock = new RefreshClock({ database, log, everyMs: refreshLookMs, wake: () => this.wake() })
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
    if (!this.#ready || this.#closing.signal.aborted || this.#retry) return
    this.#fetches.wake()
    if (this.#loop) return
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
    // What was fetched is read next, and what is read may lead to more.
    for (let before: Promise<void> | undefined | null = null; before === null || this.#loop !== before;) {
      before = this.#loop
      await this.#loop
      await this.#fetches.idle()
    }
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
    clearTimeout(this.#retry)
    await this.#started?.catch(() => undefined)
    await Promise.all([this.#clock.stop(), this.#fetches.close(), this.#loop])
    await Promise.all([this.#extractor.close(), this.#links.close(), this.#keeper?.close()])
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
    this.#clock.start()
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
      while (!this.#closing.signal.aborted && !this.#retry) {
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
      this.#rest(error)
    }
  }

  /** Does one job to its end, whatever that is; throws only when its end cannot be stored. */
  async #run(job: Job): Promise<void> {
    try {
      await this.#work(job)
    } catch (error) {
      if (isFull(error)) this.#rest(error)
      else this.#options.log.error({ err: error, source: job.sourceId }, 'the job queue cannot be written')
    }
  }

  async #work(job: Job): Promise<void> {
    const { database, log, uploadsDir } = this.#options
    const jobs = jobStore(database.db)
    const { signal } = this.#closing
    try {
      await jobs.begin(job)
      const source = await sourceStore(database.db).anyState(job.sourceId)
      if (!source) await jobs.finish(job)
      else if (job.task === 'delete') await deleteSource(database, uploadsDir, source, signal)
      else if (job.attempts >= (job.stage === 'fetch' ? MAX_FETCH_ATTEMPTS : MAX_ATTEMPTS))
        await this.#fail(
          job,
          `The appliance stopped ${job.attempts} times while working on this source (stage "${job.stage}"), so it was given up.`,
        )
      else await this.#ingest(job, source)
    } catch (error) {
      if (signal.aborted) await jobs.release(job)
      else if (error instanceof Superseded) await jobs.finish(job)
      else if (error instanceof ExtractionError) await this.#fail(job, error.message)
      else if (isFull(error)) {
        await jobs.release(job).catch(() => undefined)
        throw error
      } else if (job.task === 'ingest') await this.#failUnexpectedly(job, error)
      else {
        log.error({ err: error, source: job.sourceId }, 'deleting a source failed')
        this.#deferred.add(job.sourceId)
      }
    }
  }

  async #ingest(job: Job, source: Source): Promise<void> {
    if (!this.#keeper) return
    const parts: IngestParts = {
      database: this.#options.database,
      uploadsDir: this.#options.uploadsDir,
      extractor: this.#extractor,
      writer: this.#keeper.writer,
      fetcher: this.#fetcher,
      links: this.#links,
      robots: this.#robots,
      changed: (sourceId: string) => this.#changed(sourceId),
      metrics: this.#options.metrics,
    }
    const { signal } = this.#closing
    if (job.stage !== 'fetch') return ingestSource(parts, job, source, signal)
    await fetchStage(parts, job, source, signal)
    this.wake()
  }

  #changed(sourceId: string): void {
    for (const told of this.#watchers) told(sourceId)
  }

  /** Nothing can be done until there is room again, or the database can be read: it is tried again by and by. */
  #rest(error: unknown): void {
    const { log, fullDiskPauseMs = FULL_DISK_PAUSE_MS } = this.#options
    log.error({ err: error }, 'the job queue rests: the disk is full, or the database cannot be read')
    if (this.#closing.signal.aborted || this.#retry) return
    this.#retry = setTimeout(() => {
      this.#retry = undefined
      this.wake()
    }, fullDiskPauseMs)
    this.#retry.unref()
  }

  async #failUnexpectedly(job: Job, error: unknown): Promise<void> {
    this.#options.log.error({ err: error, source: job.sourceId }, 'processing a source failed')
    const stage = await stageOf(this.#options.database, job)
    await this.#fail(
      job,
      `Processing stopped unexpectedly in stage "${stage}"; the log of the appliance says why.`,
    )
  }

  #fail(job: Job, sentence: string): Promise<void> {
    const { database, metrics } = this.#options
    return giveUp({ database, metrics, changed: (sourceId) => this.#changed(sourceId) }, job, sentence)
  }
}

/** Work owed to a source anew is another job, and so is what is left of it after fetching. */
function isSame(a: Job, b: Job): boolean {
  return a.sourceId === b.sourceId && a.createdAt === b.createdAt && a.task === b.task
}

/** What the system, and SQLite, say when nothing more can be written. */
function isFull(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && FULL.has(error.code)
}
