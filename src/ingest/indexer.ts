import { Piscina } from 'piscina'
import { AppError } from '../errors.js'
import type { Logger } from '../log.js'
import type { Digest } from '../retrieval/digest.js'
import type { EmbedderOptions } from '../retrieval/embedder.js'
import type { IndexEmbedder } from '../store/index-record.js'
import type { NewPassage } from '../store/passages.js'
import type {
  ChunkAnswer,
  ChunkTask,
  Indexed,
  IndexedPair,
  IndexTask,
  IndexWorkerData,
} from './index-worker.js'
import type { Pair, ReadPair } from './read-pair.js'

/** A batch of passages takes seconds, a long document's chunking a minute; beyond this the thread hangs. */
const DEADLINE_MS = 5 * 60_000
/** Pairs that may wait for the thread. */
const MAX_WAITING = 100
/** What the job queue asks for, one call at a time, is never refused for the pairs that wait. */
const OWN_CALLS = 2

/** A document in passages, and what it says in short. */
export interface Chunked {
  batches: (() => NewPassage[])[]
  digest: Digest
}

/** Chunks, stems and embeds in a worker thread that holds an embedder of its own. */
export class Indexer {
  readonly #pool: Piscina<unknown, unknown>

  constructor(embedder: EmbedderOptions, embedderModule: string, log: Logger) {
    const workerData: IndexWorkerData = { embedder, embedderModule }
    this.#pool = new Piscina({
      filename: new URL('./index-worker.js', import.meta.url).href,
      minThreads: 1,
      maxThreads: 1,
      maxQueue: MAX_WAITING + OWN_CALLS,
      workerData,
    })
    // @NOTE a thread that dies with nothing to do would end the process without a listener.
    this.#pool.on('error', (error) => {
      log.error({ err: error }, 'the indexing thread died')
    })
  }

  /** Loads the model. @throws Error when it cannot be loaded. */
  describe(): Promise<IndexEmbedder> {
    return this.#run('describe', undefined)
  }

  /** The document's passages in batches, in order; decoding them is left to the caller, batch by batch. */
  async chunk(task: ChunkTask, signal: AbortSignal): Promise<Chunked> {
    const { batches, digest } = await this.#run<ChunkAnswer>('chunkBlocks', task, signal)
    return {
      digest,
      batches: batches.map((batch) => () => JSON.parse(new TextDecoder().decode(batch)) as NewPassage[]),
    }
  }

  /** Stems and vectors of passages, in order. A few dozen at most: others wait meanwhile. */
  index(tasks: IndexTask[]): Promise<Indexed[]> {
    return this.#run('index', tasks)
  }

  /**
   * Reads a pair and prepares it for the index, for somebody who waits for it.
   * @throws AppError `busy` when too many wait already.
   */
  async indexPairNow(pair: Pair & { title: string }): Promise<IndexedPair> {
    if (this.#pool.queueSize >= MAX_WAITING) {
      throw new AppError('busy', 'Too many Q&A pairs are waiting to be indexed. Try again in a moment.', {
        retryAfterSeconds: 5,
      })
    }
    return this.#run('indexPair', pair)
  }

  /** A pair's passages and digest. */
  readPair(pair: Pair): Promise<ReadPair> {
    return this.#run('pair', pair)
  }

  /** Waits for the work under way, then ends the thread. */
  close(): Promise<void> {
    return this.#pool.close()
  }

  async #run<T>(name: string, task: unknown, signal?: AbortSignal): Promise<T> {
    const deadline = AbortSignal.timeout(DEADLINE_MS)
    const either = signal ? AbortSignal.any([signal, deadline]) : deadline
    return (await this.#pool.run(task, { name, signal: either })) as T
  }
}
