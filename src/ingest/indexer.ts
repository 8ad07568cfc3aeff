import { Piscina } from 'piscina'
import type { EmbedderOptions } from '../retrieval/embedder.js'
import type { NewPassage } from '../store/passages.js'
import type { ChunkTask, Indexed, IndexTask, IndexWorkerData } from './index-worker.js'

/** A batch of passages takes seconds, a long document's chunking a minute; beyond this the thread hangs. */
const DEADLINE_MS = 5 * 60_000
const MAX_WAITING = 100

/** Chunks, stems and embeds in a worker thread that holds an embedder of its own. */
export class Indexer {
  readonly #pool: Piscina<unknown, unknown>

  constructor(embedder: EmbedderOptions, embedderModule: string) {
    const workerData: IndexWorkerData = { embedder, embedderModule }
    this.#pool = new Piscina({
      filename: new URL('./index-worker.js', import.meta.url).href,
      minThreads: 1,
      maxThreads: 1,
      maxQueue: MAX_WAITING,
      workerData,
    })
  }

  /** Loads the model. @throws Error when it cannot be loaded. */
  describe(): Promise<{ id: string; dimension: number }> {
    return this.#run('describe', undefined)
  }

  /** The document's passages in batches, in order; decoding them is left to the caller, batch by batch. */
  async chunk(task: ChunkTask, signal: AbortSignal): Promise<(() => NewPassage[])[]> {
    const batches = await this.#run<Uint8Array[]>('chunkBlocks', task, signal)
    return batches.map((batch) => () => JSON.parse(new TextDecoder().decode(batch)) as NewPassage[])
  }

  /** Stems and vectors of passages, in order. A few dozen at most: others wait meanwhile. */
  index(tasks: IndexTask[]): Promise<Indexed[]> {
    return this.#run('index', tasks)
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
