import { setTimeout as delay } from 'node:timers/promises'
import { MessageChannel } from 'node:worker_threads'
import { Piscina } from 'piscina'
import type { Logger } from '../log.js'
import { ExtractionError } from './extract/extraction.js'
import type { FileHint } from './extract/extract.js'
import type { ExtractAnswer, ExtractTask } from './extract-worker.js'

/** Enough for the largest PDFs that are accepted; a file that needs more fails alone. */
const HEAP_MB = 1024
const IDLE_MS = 10_000
/** What files unpack to, and pictures, lies outside that heap: the process may grow by so much over one file. */
const GROWTH_BYTES = 2 * 1024 ** 3
const LOOK_EVERY_MS = 250
const SETTLING_LOOKS = 20
const TOO_MUCH_MEMORY = 'the file needs too much memory'

/** How long one file may take unless told otherwise. */
export const EXTRACT_DEADLINE_MS = 10 * 60_000

export interface ExtractorOptions {
  /** How long one file may take without finishing a page before its thread is ended. */
  deadlineMs: number
  log: Logger
}

/** Reads files in a worker thread of its own, with bounded memory and time. */
export class Extractor {
  readonly #deadlineMs: number
  readonly #log: Logger
  #pool: Pool

  constructor(options: ExtractorOptions) {
    this.#deadlineMs = options.deadlineMs
    this.#log = options.log
    this.#pool = newPool(options.log)
  }

  /**
   * The file's blocks (as JSON) and what is known about it.
   * @throws ExtractionError when it cannot be read; the signal's reason once that is aborted.
   */
  async extract(
    file: { path: string; hint: FileHint },
    onPage: (done: number, pages: number) => void,
    signal: AbortSignal,
  ): Promise<Extract<ExtractAnswer, { ok: true }>> {
    const { port1, port2 } = new MessageChannel()
    const limits = new Limits(this.#deadlineMs)
    let lastPage = 0
    port1.on('message', ({ done, pages }: { done: number; pages: number }) => {
      lastPage = done
      limits.goesOn()
      onPage(done, pages)
    })
    try {
      const answer = await this.#pool.run(
        { ...file, port: port2 },
        { transferList: [port2], signal: AbortSignal.any([signal, limits.signal]) },
      )
      if (answer.spent) await this.#renew()
      if (!answer.ok) throw new ExtractionError(answer.message)
      return answer
    } catch (error) {
      signal.throwIfAborted()
      if (error instanceof ExtractionError) throw error
      const place = lastPage > 0 ? ` after page ${lastPage}` : ''
      const reason = limits.passed ?? reasonOf(error)
      await limits.settled()
      throw new ExtractionError(`Extracting the text was stopped${place}: ${reason}.`, { cause: error })
    } finally {
      limits.end()
      port1.close()
    }
  }

  /** Ends the thread. */
  close(): Promise<void> {
    return this.#pool.destroy()
  }

  async #renew(): Promise<void> {
    const spent = this.#pool
    this.#pool = newPool(this.#log)
    await spent.destroy()
  }
}

type Pool = Piscina<ExtractTask, ExtractAnswer>

function newPool(log: Logger): Pool {
  const pool: Pool = new Piscina({
    filename: new URL('./extract-worker.js', import.meta.url).href,
    minThreads: 0,
    maxThreads: 1,
    idleTimeout: IDLE_MS,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
  })
  // @NOTE a thread that dies with nothing to do would end the process without a listener.
  pool.on('error', (error) => {
    log.error({ err: error }, 'the extraction thread died')
  })
  return pool
}

/** Watches over one file; its signal is aborted once the file takes too long for a page, or too much memory. */
class Limits {
  readonly #controller = new AbortController()
  readonly #atFirst = process.memoryUsage.rss()
  readonly #deadline: NodeJS.Timeout
  readonly #look: NodeJS.Timeout
  /** Which limit was passed, as the end of a sentence. */
  passed: string | undefined

  constructor(deadlineMs: number) {
    this.#deadline = setTimeout(() => {
      this.#stop(`it took longer than ${Math.round(deadlineMs / 60_000)} minutes`)
    }, deadlineMs)
    this.#look = setInterval(() => {
      if (process.memoryUsage.rss() > this.#atFirst + GROWTH_BYTES) this.#stop(TOO_MUCH_MEMORY)
    }, LOOK_EVERY_MS)
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** A page is finished: the time begins anew. How long a whole file may take is for its reader to bound. */
  goesOn(): void {
    this.#deadline.refresh()
  }

  /** The memory of a thread that was ended is given back a little later; the next file is not to blame for it. */
  async settled(): Promise<void> {
    if (this.passed !== TOO_MUCH_MEMORY) return
    for (let looks = 0; looks < SETTLING_LOOKS; looks += 1) {
      if (process.memoryUsage.rss() < this.#atFirst + GROWTH_BYTES / 4) return
      await delay(LOOK_EVERY_MS)
    }
  }

  end(): void {
    clearTimeout(this.#deadline)
    clearInterval(this.#look)
  }

  #stop(reason: string): void {
    this.passed = reason
    this.end()
    this.#controller.abort()
  }
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'ERR_WORKER_OUT_OF_MEMORY') return TOO_MUCH_MEMORY
  if (code === 'ENOENT') return 'the uploaded file is gone'
  return 'the file could not be processed'
}
