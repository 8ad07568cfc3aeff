import { MessageChannel } from 'node:worker_threads'
import { Piscina } from 'piscina'
import type { Logger } from '../log.js'
import { ExtractionError } from './extract/extraction.js'
import type { FileHint } from './extract/extract.js'
import type { ExtractAnswer, ExtractTask } from './extract-worker.js'

/** Enough for the largest PDFs that are accepted; a file that needs more fails alone. */
const HEAP_MB = 1024
const IDLE_MS = 10_000

/** How long one file may take unless told otherwise. */
export const EXTRACT_DEADLINE_MS = 10 * 60_000

export interface ExtractorOptions {
  /** How long one file may take before its thread is ended. */
  deadlineMs: number
  log: Logger
}

/** Reads files in a worker thread of its own, with bounded memory and time. */
export class Extractor {
  readonly #deadlineMs: number
  readonly #pool = new Piscina<ExtractTask, ExtractAnswer>({
    filename: new URL('./extract-worker.js', import.meta.url).href,
    minThreads: 0,
    maxThreads: 1,
    idleTimeout: IDLE_MS,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
  })

  constructor(options: ExtractorOptions) {
    this.#deadlineMs = options.deadlineMs
    // @NOTE a thread that dies with nothing to do would end the process without a listener.
    this.#pool.on('error', (error) => {
      options.log.error({ err: error }, 'the extraction thread died')
    })
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
    let lastPage = 0
    port1.on('message', ({ done, pages }: { done: number; pages: number }) => {
      lastPage = done
      onPage(done, pages)
    })
    const deadline = AbortSignal.timeout(this.#deadlineMs)
    try {
      const answer = await this.#pool.run(
        { ...file, port: port2 },
        { transferList: [port2], signal: AbortSignal.any([signal, deadline]) },
      )
      if (!answer.ok) throw new ExtractionError(answer.message)
      return answer
    } catch (error) {
      signal.throwIfAborted()
      if (error instanceof ExtractionError) throw error
      const place = lastPage > 0 ? ` after page ${lastPage}` : ''
      const reason = deadline.aborted
        ? `it took longer than ${Math.round(this.#deadlineMs / 60_000)} minutes`
        : reasonOf(error)
      throw new ExtractionError(`Extracting the text was stopped${place}: ${reason}.`, { cause: error })
    } finally {
      port1.close()
    }
  }

  /** Ends the thread. */
  close(): Promise<void> {
    return this.#pool.destroy()
  }
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'ERR_WORKER_OUT_OF_MEMORY') return 'the file needs too much memory'
  if (code === 'ENOENT') return 'the uploaded file is gone'
  return 'the file could not be processed'
}
