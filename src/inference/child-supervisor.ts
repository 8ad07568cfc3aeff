import { AppError } from '../errors.js'
import type { Logger } from '../log.js'
import type { Environment } from './child-environment.js'
import type { EngineStatus } from './engine.js'
import { type ChildDeadlines, InferenceChild } from './inference-child.js'
import { checkModelFile, MissingModel } from './model-file.js'
import type { ChildMessage, Command, LoadCommand, ReplyMessage } from './protocol.js'
import { restartDelay, type RestartLimits } from './restart-policy.js'
import { cancelled, throwIfCancelled } from './scheduler.js'

export interface SupervisorOptions {
  modelFile: string | null
  initialState: 'unloaded' | 'missing'
  missingDetail: string
  load: LoadCommand
  script: string | URL
  environment: Environment
  deadlines: ChildDeadlines
  restart: RestartLimits
  log: Logger
}

export interface SupervisorEvents {
  onReady: () => void
  onReply: (message: ReplyMessage) => void
  /** The child died; another will follow. */
  onLost: (why: string) => void
  /** The child died or could not load, and none follows. */
  onFailed: (error: AppError) => void
}

type Status = Pick<EngineStatus, 'state' | 'device' | 'pid' | 'detail'>

/** Keeps one inference child alive from the first `load()` on: starts, restarts with back-off, gives up. */
export class ChildSupervisor {
  #status: Status
  #child: InferenceChild | undefined
  #failures = 0
  #restarts = 0
  #timer: NodeJS.Timeout | undefined
  #closed = false
  /** Those waiting for the model; called without an error when it is ready. */
  readonly #waiting = new Set<(error?: AppError) => void>()

  constructor(
    private readonly options: SupervisorOptions,
    private readonly events: SupervisorEvents,
  ) {
    const { initialState, missingDetail } = options
    const detail = initialState === 'missing' ? missingDetail : null
    this.#status = { state: initialState, device: null, pid: null, detail }
  }

  status(): Status & { restarts: number } {
    return { ...this.#status, restarts: this.#restarts }
  }

  /** Resolves when the model is ready. After a failure for good, this is what starts a new attempt. */
  async load(signal?: AbortSignal): Promise<void> {
    throwIfCancelled(signal)
    if (this.#closed) throw shutDown()
    if (this.#status.state === 'ready') return
    const ready = this.#becomesReady(signal)
    if (this.#status.state !== 'loading' && this.#status.state !== 'restarting') {
      this.#failures = 0
      this.#set('loading')
      void this.#start()
    }
    await ready
  }

  /** @throws AppError `model_unavailable` in a state that only `load()` can end. */
  throwIfHopeless(): void {
    const { state, detail } = this.#status
    if (this.#closed) throw shutDown()
    if (state === 'failed' || state === 'missing') {
      throw new AppError('model_unavailable', detail ?? 'The model is not available.')
    }
  }

  send(command: Command): void {
    this.#child?.send(command)
  }

  /** A whole reply has been written: what came before does not count as a crash loop. */
  noteSuccess(): void {
    this.#failures = 0
  }

  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#timer)
    this.#settle(shutDown())
    await this.#child?.close()
    this.#set('unloaded')
  }

  #becomesReady(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (error?: AppError | DOMException) => {
        this.#waiting.delete(settle)
        signal?.removeEventListener('abort', onAbort)
        if (error) reject(error)
        else resolve()
      }
      const onAbort = () => {
        settle(cancelled())
      }
      signal?.addEventListener('abort', onAbort, { once: true })
      this.#waiting.add(settle)
    })
  }

  async #start(): Promise<void> {
    const { modelFile } = this.options
    try {
      if (modelFile === null) throw new MissingModel(null)
      await checkModelFile(modelFile)
    } catch (error) {
      const known = error instanceof AppError ? error : unavailable('The model file cannot be read.')
      this.#giveUp(known.message, known instanceof MissingModel ? 'missing' : 'failed')
      return
    }
    if (this.#closed) return
    const child = new InferenceChild(this.options, {
      onMessage: (message) => {
        this.#hear(message)
      },
      onGone: (why) => {
        if (this.#child === child) this.#lose(why)
      },
    })
    this.#child = child
    this.#status.pid = child.pid ?? null
  }

  #hear(message: ChildMessage): void {
    switch (message.type) {
      case 'ready':
        this.#becomeReady(message.device)
        break
      case 'load_failed': {
        const child = this.#child
        this.#child = undefined
        this.#giveUp(`The model could not be loaded: ${message.detail}`, 'failed')
        void child?.close()
        break
      }
      case 'pong':
        break
      default:
        this.events.onReply(message)
    }
  }

  #becomeReady(device: Status['device']): void {
    this.#status = { ...this.#status, state: 'ready', device, detail: null }
    this.#timer = setTimeout(() => (this.#failures = 0), this.options.restart.healthyMs).unref()
    this.options.log.info({ pid: this.#status.pid, device }, 'the chat model is ready')
    this.#settle()
    this.events.onReady()
  }

  #lose(why: string): void {
    this.#child = undefined
    clearTimeout(this.#timer)
    if (this.#closed) return
    this.#failures += 1
    const delay = restartDelay(this.#failures, this.options.restart)
    this.options.log.warn({ why, failures: this.#failures, restartInMs: delay }, 'lost the inference process')
    if (delay === undefined) {
      this.#giveUp(`${why} It failed ${this.#failures} times in a row and was given up.`, 'failed')
      return
    }
    this.#restarts += 1
    this.#set('restarting', why)
    this.#timer = setTimeout(() => void this.#start(), delay)
    this.events.onLost(why)
  }

  #giveUp(detail: string, state: 'failed' | 'missing'): void {
    this.#set(state, detail)
    const error = unavailable(detail)
    this.options.log.error({ detail }, 'the chat model is not available')
    this.#settle(error)
    this.events.onFailed(error)
  }

  #set(state: Status['state'], detail: string | null = null): void {
    this.#status = { state, device: null, pid: null, detail }
  }

  #settle(error?: AppError): void {
    for (const settle of [...this.#waiting]) settle(error)
  }
}

function unavailable(message: string): AppError {
  return new AppError('model_unavailable', message)
}

function shutDown(): AppError {
  return unavailable('The server is shutting down.')
}
