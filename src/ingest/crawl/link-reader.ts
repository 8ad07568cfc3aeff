import { Piscina } from 'piscina'
import type { Logger } from '../../log.js'
import type { LinkAnswer, LinkTask } from './links-worker.js'

const HEAP_MB = 512
const IDLE_MS = 10_000
/** For one page or list, of 20 MB at most. */
const DEADLINE_MS = 30_000

/** Reads links out of pages in a worker thread of its own, with bounded memory and time. */
export class LinkReader {
  readonly #pool: Piscina<LinkTask, unknown>

  constructor(log: Logger) {
    this.#pool = new Piscina<LinkTask, unknown>({
      filename: new URL('./links-worker.js', import.meta.url).href,
      minThreads: 0,
      maxThreads: 1,
      idleTimeout: IDLE_MS,
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
    })
    // @NOTE a thread that dies with nothing to do would end the process without a listener.
    this.#pool.on('error', (error) => {
      log.error({ err: error }, 'the thread that reads links died')
    })
  }

  /**
   * What there is to read; undefined for what cannot be read within bounds.
   * @throws the signal's reason once that is aborted.
   */
  async read<T extends LinkTask>(task: T, signal: AbortSignal): Promise<LinkAnswer<T> | undefined> {
    try {
      const either = AbortSignal.any([signal, AbortSignal.timeout(DEADLINE_MS)])
      return (await this.#pool.run(task, { signal: either })) as LinkAnswer<T>
    } catch {
      signal.throwIfAborted()
      return undefined
    }
  }

  /** Ends the thread. */
  async close(): Promise<void> {
    await this.#pool.destroy()
  }
}
