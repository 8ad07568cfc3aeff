import { existsSync } from 'node:fs'
import { AppError } from '../errors.js'
import type { Logger } from '../log.js'
import type { Environment } from './child-environment.js'
import type { ChatEngine, EngineEvent, EngineStatus, GenerateOptions, PromptMessage } from './engine.js'
import { ChildSupervisor, type SupervisorOptions } from './child-supervisor.js'
import { MissingModel } from './model-file.js'
import { GenerateCommand, MAX_CONTENT_CHARACTERS, type ReplyMessage } from './protocol.js'
import { Reply } from './reply.js'
import { Scheduler, throwIfCancelled } from './scheduler.js'
import type { ChildDeadlines } from './inference-child.js'
import { DEFAULT_RESTART_LIMITS, type RestartLimits } from './restart-policy.js'

export interface LlamaProcessOptions {
  /** The GGUF file, or null when there is none to be had. */
  modelFile: string | null
  /** The name shown to people: a manifest id or the file's name. */
  modelName: string | null
  threads: number
  gpu: 'auto' | 'off' | 'cuda' | 'vulkan' | 'metal'
  /** Wanted size of prompt and reply together; the model's own limit may be lower. */
  contextTokens: number
  /** The process's environment; the child sees only what its libraries need of it. */
  environment: Environment
  log: Logger
  /** Replies that may wait, and for how long (ms). */
  queue?: { capacity: number; deadlineMs: number }
  /** Another child script, for tests. */
  childScript?: string | URL
  deadlines?: Partial<ChildDeadlines>
  restart?: Partial<RestartLimits>
}

const DEFAULT_QUEUE = { capacity: 64, deadlineMs: 60_000 }
const DEFAULT_DEADLINES: ChildDeadlines = {
  loadMs: 300_000,
  stallMs: 90_000,
  pingMs: 10_000,
  closeMs: 3_000,
}

/** A GGUF model in a supervised child process, written to by one reply at a time. */
export class LlamaProcess implements ChatEngine {
  readonly #supervisor: ChildSupervisor
  readonly #scheduler: Scheduler
  readonly #loadMs: number
  #active: Reply | undefined
  #nextId = 1

  constructor(private readonly options: LlamaProcessOptions) {
    this.#scheduler = new Scheduler({ slots: 1, ...DEFAULT_QUEUE, ...options.queue })
    const supervision = supervisionOf(options)
    this.#loadMs = supervision.deadlines.loadMs
    this.#supervisor = new ChildSupervisor(supervision, {
      onReady: () => {
        this.#startActive()
      },
      onReply: (message) => {
        this.#hear(message)
      },
      onLost: (why) => this.#active?.loseChild(why),
      onFailed: (error) => this.#active?.fail(error),
    })
  }

  status(): EngineStatus {
    return { ...this.#supervisor.status(), model: this.options.modelName, queue: this.#scheduler.status() }
  }

  load(signal?: AbortSignal): Promise<void> {
    return this.#supervisor.load(signal)
  }

  async generate(messages: PromptMessage[], options: GenerateOptions): Promise<AsyncIterable<EngineEvent>> {
    const { signal, onQueued } = options
    throwIfCancelled(signal)
    this.#supervisor.throwIfHopeless()
    const command = commandOf(this.#nextId++, messages, options)
    const release = await this.#scheduler.acquire({ signal, onQueued })
    try {
      this.#supervisor.throwIfHopeless()
      await this.#loadInTime(signal)
      throwIfCancelled(signal)
    } catch (error) {
      release()
      throw error
    }
    return this.#begin(command, signal, release)
  }

  async close(): Promise<void> {
    const gone = new AppError('model_unavailable', 'The server is shutting down.')
    this.#active?.fail(gone)
    await this.#supervisor.close()
  }

  #begin(
    command: GenerateCommand,
    signal: AbortSignal | undefined,
    release: () => void,
  ): Promise<AsyncIterable<EngineEvent>> {
    const reply = new Reply({
      command,
      signal,
      abort: () => {
        this.#supervisor.send({ type: 'abort', id: command.id })
      },
      onFinished: () => {
        this.#active = undefined
        release()
      },
    })
    this.#active = reply
    if (this.#supervisor.status().state === 'ready') this.#startActive()
    return reply.events()
  }

  #startActive(): void {
    if (this.#active?.shouldStart() === true) this.#supervisor.send(this.#active.command)
  }

  #hear(message: ReplyMessage): void {
    if (message.type === 'end') this.#supervisor.noteSuccess()
    this.#active?.hear(message)
  }

  /** Waits for the model as long as one load may take; the queue behind this reply has its own deadline. */
  async #loadInTime(signal: AbortSignal | undefined): Promise<void> {
    const deadline = AbortSignal.timeout(this.#loadMs)
    try {
      await this.#supervisor.load(signal ? AbortSignal.any([signal, deadline]) : deadline)
    } catch (error) {
      if (!deadline.aborted || signal?.aborted === true) throw error
      const message = 'The model is still being loaded; please try again in a moment.'
      throw new AppError('model_unavailable', message, { cause: error, retryAfterSeconds: 10 })
    }
  }
}

function supervisionOf(options: LlamaProcessOptions): SupervisorOptions {
  const { modelFile, threads, gpu, contextTokens, environment, log } = options
  return {
    modelFile,
    initialState: modelFile !== null && existsSync(modelFile) ? 'unloaded' : 'missing',
    missingDetail: new MissingModel(modelFile).message,
    load: { type: 'load', modelFile: modelFile ?? '', threads, gpu, contextTokens },
    environment,
    script: options.childScript ?? new URL('./llama-child.js', import.meta.url),
    deadlines: { ...DEFAULT_DEADLINES, ...options.deadlines },
    restart: { ...DEFAULT_RESTART_LIMITS, ...options.restart },
    log,
  }
}

/** @throws AppError `too_large` for a prompt that no model here could take. */
function commandOf(id: number, messages: PromptMessage[], options: GenerateOptions): GenerateCommand {
  if (messages.some((message) => message.content.length > MAX_CONTENT_CHARACTERS)) {
    throw new AppError('too_large', `A message may have at most ${MAX_CONTENT_CHARACTERS} characters.`)
  }
  const { maxTokens, temperature = 0 } = options
  return GenerateCommand.parse({ type: 'generate', id, messages, maxTokens, temperature })
}
