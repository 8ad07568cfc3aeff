import { type ChildProcess, fork } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Logger } from '../log.js'
import { childEnvironment, type Environment } from './child-environment.js'
import { ChildMessage, type Command, type LoadCommand } from './protocol.js'

export interface ChildDeadlines {
  /** From the start of the process to a loaded model, in ms. */
  loadMs: number
  /** Without any sign of life, or of progress while it writes, it counts as hung, in ms. */
  stallMs: number
  /** How often it is asked for a sign of life, in ms. */
  pingMs: number
  /** How long it may take to end when asked to, in ms. */
  closeMs: number
}

export interface ChildEvents {
  onMessage: (message: ChildMessage) => void
  /** The process is gone. Called once, always last. `why` is a sentence that may be shown. */
  onGone: (why: string) => void
}

interface ChildOptions {
  script: string | URL
  load: LoadCommand
  /** Our own environment, of which the child gets a few named variables. */
  environment: Environment
  deadlines: ChildDeadlines
  log: Logger
}

/**
 * One life of the inference process: started with a bare environment and told to load, watched until it ends.
 * It is killed when it misses a deadline, hangs, or says something that is not in the protocol.
 */
export class InferenceChild {
  readonly #process: ChildProcess
  readonly #timers: NodeJS.Timeout[] = []
  #killedBecause: string | undefined
  #gone = false
  #ready = false
  #lastSign = performance.now()
  /** When the reply under way last moved; undefined when none is. */
  #lastProgress: number | undefined

  constructor(
    private readonly options: ChildOptions,
    private readonly events: ChildEvents,
  ) {
    this.#process = fork(options.script, [], {
      env: childEnvironment(options.environment),
      execArgv: [],
      serialization: 'advanced',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    this.#listen()
    this.#watch()
    this.send(options.load)
  }

  /** Undefined when the process could not even be started. */
  get pid(): number | undefined {
    return this.#process.pid
  }

  /** Says something to the child; a child that is going away does not hear it, and `onGone` follows. */
  send(command: Command): void {
    if (command.type === 'generate') this.#lastProgress = performance.now()
    if (this.#process.connected) this.#process.send(command, () => undefined)
  }

  /** Asks the child to free everything and end, and makes it end when it does not. */
  async close(): Promise<void> {
    if (this.#gone || this.pid === undefined) return
    const exited = new Promise<NodeJS.Signals | null>((resolve) =>
      this.#process.once('exit', (_code, signal) => resolve(signal)),
    )
    this.send({ type: 'close' })
    const deadline = setTimeout(() => this.#process.kill('SIGKILL'), this.options.deadlines.closeMs)
    const signal = await exited
    clearTimeout(deadline)
    if (signal !== null) this.options.log.warn({ signal }, 'the inference process had to be killed')
  }

  #listen(): void {
    const child = this.#process
    child.on('message', (raw) => {
      this.#hear(raw)
    })
    child.on('error', (error) => {
      this.options.log.error({ err: error }, 'inference process: error')
      if (child.pid === undefined) this.#leave('The inference process could not be started.')
    })
    child.on('exit', (code, signal) => {
      const how = signal ?? `exit code ${code ?? 'unknown'}`
      this.#leave(this.#killedBecause ?? `The inference process ended unexpectedly (${how}).`)
    })
    for (const output of [child.stdout, child.stderr]) {
      if (output === null) continue
      createInterface({ input: output }).on('line', (line) => {
        this.options.log.debug({ child: child.pid, line: line.slice(0, 2_000) }, 'inference process')
      })
    }
  }

  #hear(raw: unknown): void {
    if (this.#gone) return
    const parsed = ChildMessage.safeParse(raw)
    if (!parsed.success) {
      this.#kill('The inference process said something unintelligible.')
      return
    }
    const message = parsed.data
    this.#lastSign = performance.now()
    if (message.type === 'ready') this.#ready = true
    else if (message.type === 'token' || message.type === 'progress' || message.type === 'accepted') {
      this.#lastProgress = this.#lastSign
    } else if (message.type !== 'pong') this.#lastProgress = undefined
    this.events.onMessage(message)
  }

  #watch(): void {
    const { loadMs, stallMs, pingMs } = this.options.deadlines
    const load = setTimeout(() => {
      if (!this.#ready) this.#kill(`The model did not load within ${Math.round(loadMs / 1000)} seconds.`)
    }, loadMs)
    const watch = setInterval(() => {
      if (!this.#ready) return
      const oldest = Math.min(this.#lastSign, this.#lastProgress ?? this.#lastSign)
      if (performance.now() - oldest > stallMs) this.#kill('The inference process stopped responding.')
      else this.send({ type: 'ping' })
    }, pingMs)
    this.#timers.push(load.unref(), watch.unref())
  }

  #kill(why: string): void {
    this.#killedBecause ??= why
    this.#process.kill('SIGKILL')
  }

  #leave(why: string): void {
    if (this.#gone) return
    this.#gone = true
    this.#timers.forEach(clearTimeout)
    this.events.onGone(why)
  }
}
