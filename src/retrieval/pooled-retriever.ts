import { fileURLToPath } from 'node:url'
import { Piscina } from 'piscina'
import { AppError } from '../errors.js'
import type { Evidence, Hit, QuestionVector, Retriever, SearchScope } from './retriever.js'
import type { EvidenceTask, QuestionTask, SearchTask, SearchWorkerData } from './search-worker.js'

export interface PooledRetrieverOptions extends SearchWorkerData {
  /** Longest wait for one answer, queueing included, in milliseconds. Default 10,000. */
  deadlineMs?: number | undefined
  /** Longest wait for the model, in milliseconds. Default 60,000. */
  startDeadlineMs?: number | undefined
  /** Calls that may wait behind the one under way. Default 64. */
  maxQueue?: number | undefined
  /** A call under way for longer than this counts as hung, in milliseconds. Default 60,000. */
  hungAfterMs?: number | undefined
  /** Another worker module, for tests. */
  workerScript?: URL | undefined
}

const HUNG = 'Search hangs in a call that does not return; restart the appliance.'

/**
 * Searches in a worker thread with a database handle and an embedder of its own. A worker that dies is
 * replaced; the call it had under way is rejected with AppError `not_ready`. A call that nobody awaits any more when
 * its turn comes is not made. While a call hangs, `ready` and all others are refused at once: the worker cannot be
 * ended from outside (see #call), so only a restart of the appliance helps if the call never returns.
 */
export class PooledRetriever implements Retriever {
  readonly #pool: Piscina
  readonly #deadlineMs: number
  readonly #startDeadlineMs: number
  readonly #maxQueue: number
  readonly #hungAfterMs: number
  #hung = false
  #waiting = 0
  /** Resolves when the last call handed in has ended. */
  #turn: Promise<unknown> = Promise.resolve()
  #started: Promise<void> | undefined

  constructor(options: PooledRetrieverOptions) {
    const data: SearchWorkerData = {
      database: options.database,
      embedder: options.embedder,
      earlier: options.earlier,
    }
    this.#deadlineMs = options.deadlineMs ?? 10_000
    this.#startDeadlineMs = options.startDeadlineMs ?? 60_000
    this.#maxQueue = options.maxQueue ?? 64
    this.#hungAfterMs = options.hungAfterMs ?? 60_000
    this.#pool = new Piscina({
      filename: fileURLToPath(options.workerScript ?? new URL('search-worker.js', import.meta.url)),
      workerData: data,
      minThreads: 1,
      maxThreads: 1,
    })
    // @NOTE a dead worker also rejects its calls; without a listener its error would end the process.
    this.#pool.on('error', () => undefined)
  }

  async ready(): Promise<void> {
    this.#refuseIfHung()
    this.#started ??= this.#call<undefined>('ready', {}, this.#startDeadlineMs).catch((error: unknown) => {
      this.#started = undefined
      throw error
    })
    await this.#started
  }

  async search(scope: SearchScope, query: string, limit: number, signal?: AbortSignal): Promise<Hit[]> {
    const task: SearchTask = { scope, query, limit }
    return this.#answer('search', task, signal)
  }

  async evidence(scope: SearchScope, question: string, signal?: AbortSignal): Promise<Evidence> {
    const task: EvidenceTask = { scope, question }
    return this.#answer('evidence', task, signal)
  }

  async questionVector(
    question: string,
    language: string,
    signal?: AbortSignal,
  ): Promise<QuestionVector | null> {
    const task: QuestionTask = { question, language }
    return this.#answer('questionVector', task, signal)
  }

  healthy(): string | null {
    return this.#hung ? HUNG : null
  }

  /** Ends the worker after the calls it has begun. */
  async close(): Promise<void> {
    await this.#pool.close()
  }

  async #answer<Result>(name: string, task: object, signal: AbortSignal | undefined): Promise<Result> {
    signal?.throwIfAborted()
    this.#refuseIfHung()
    if (this.#waiting > this.#maxQueue) {
      throw new AppError('busy', 'Too many searches are waiting. Try again in a moment.', {
        retryAfterSeconds: 1,
      })
    }
    this.#waiting += 1
    try {
      return await this.#call<Result>(name, task, this.#deadlineMs, signal)
    } finally {
      this.#waiting -= 1
    }
  }

  #refuseIfHung(): void {
    if (this.#hung) throw new AppError('not_ready', HUNG, { retryAfterSeconds: 60 })
  }

  async #run<Result>(name: string, task: object): Promise<Result> {
    const watch = setTimeout(() => {
      this.#hung = true
    }, this.#hungAfterMs)
    watch.unref()
    try {
      return (await this.#pool.run(task, { name })) as Result
    } catch (error) {
      if (!(error instanceof Error && error.message.includes('worker exited'))) throw error
      throw new AppError('not_ready', 'Search is being restarted; please try again in a moment.', {
        cause: error,
        retryAfterSeconds: 2,
      })
    } finally {
      clearTimeout(watch)
      this.#hung = false
    }
  }

  async #call<Result>(
    name: string,
    task: object,
    deadlineMs: number,
    visitor?: AbortSignal,
  ): Promise<Result> {
    // @NOTE no signal for piscina: it would terminate the worker of a call under way, and terminating a thread
    // inside onnxruntime aborts the whole process. A call is short; once begun it runs to its end.
    const deadline = AbortSignal.timeout(deadlineMs)
    const signal = visitor === undefined ? deadline : AbortSignal.any([visitor, deadline])
    const answer = this.#turn.then(async () => {
      signal.throwIfAborted()
      return this.#run<Result>(name, task)
    })
    this.#turn = answer.catch(() => undefined)
    try {
      return await untilAborted(answer, signal)
    } catch (error) {
      if (!deadline.aborted || visitor?.aborted === true) throw error
      throw new AppError('busy', 'The search took too long. Try again in a moment.', {
        cause: error,
        retryAfterSeconds: 2,
      })
    }
  }
}

/** The answer, or the signal's reason as soon as it is aborted. */
async function untilAborted<Result>(
  answer: Promise<Result>,
  signal: AbortSignal | undefined,
): Promise<Result> {
  if (signal === undefined) return answer
  let stop: (() => void) | undefined
  const aborted = new Promise<never>((_, reject) => {
    stop = () => {
      reject(signal.reason as Error)
    }
    signal.addEventListener('abort', stop, { once: true })
  })
  try {
    return await Promise.race([answer, aborted])
  } finally {
    if (stop !== undefined) signal.removeEventListener('abort', stop)
    answer.catch(() => undefined)
  }
}
