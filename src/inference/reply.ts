import { AppError } from '../errors.js'
import type { EngineEvent } from './engine.js'
import type { GenerateCommand, ReplyMessage } from './protocol.js'
import { ReplyStream } from './reply-stream.js'
import { cancelled } from './scheduler.js'

/** A reply whose child dies before the first word is given to the next child this many times. */
const RETRIES = 1

interface ReplyOptions {
  command: GenerateCommand
  signal: AbortSignal | undefined
  /** Tells the child to stop writing. */
  abort: () => void
  /** The child is done with it; called once. */
  onFinished: () => void
}

/** One reply from the moment it has the engine to itself until the child is done with it. */
export class Reply {
  readonly command: GenerateCommand
  readonly #stream: ReplyStream
  readonly #accepted: Promise<void>
  #accept: () => void = () => undefined
  #refuse: (error: unknown) => void = () => undefined
  #sentText = false
  #isCancelled = false
  #attempts = 0
  /** A child is writing it right now. */
  #underWay = false
  #finished = false
  readonly #onAbort = () => {
    this.cancel()
  }

  constructor(private readonly options: ReplyOptions) {
    this.command = options.command
    this.#stream = new ReplyStream(this.#onAbort)
    this.#accepted = new Promise((resolve, reject) => {
      this.#accept = resolve
      this.#refuse = reject
    })
    options.signal?.addEventListener('abort', this.#onAbort, { once: true })
  }

  /** The events, once the child took the prompt up; rejects when it does not. */
  async events(): Promise<AsyncIterable<EngineEvent>> {
    await this.#accepted
    return this.#stream
  }

  /** Whether a new child should be given this reply; false once it has been given up. */
  shouldStart(): boolean {
    if (this.#finished) return false
    this.#attempts += 1
    this.#underWay = true
    return true
  }

  hear(message: ReplyMessage): void {
    if (message.id !== this.command.id || this.#finished) return
    switch (message.type) {
      case 'accepted':
        this.#accept()
        break
      case 'progress':
        break
      case 'token':
        this.#sentText = true
        this.#stream.push({ type: 'token', text: message.text })
        break
      case 'end':
        this.#stream.push({ type: 'end', usage: message.usage, reason: message.reason })
        this.#finish()
        break
      case 'refused':
        this.fail(new AppError(message.code, message.detail))
        break
      case 'aborted':
        this.fail(cancelled())
        break
    }
  }

  /** The reader lost interest: the stream ends now, the engine is free when the child has stopped. */
  cancel(): void {
    if (this.#isCancelled || this.#finished) return
    this.#isCancelled = true
    const error = cancelled()
    this.#refuse(error)
    this.#stream.cut(error)
    if (this.#underWay) this.options.abort()
    else this.#finish()
  }

  /** The child is gone. Waits for the next one if no word has left yet and this is its first loss. */
  loseChild(why: string): void {
    this.#underWay = false
    const mayWait = !this.#sentText && !this.#isCancelled && this.#attempts <= RETRIES
    if (!mayWait) this.fail(interrupted(why))
  }

  /** Ends the reply with an error, for good. */
  fail(error: unknown): void {
    this.#refuse(error)
    this.#stream.fail(error)
    this.#finish()
  }

  #finish(): void {
    if (this.#finished) return
    this.#finished = true
    this.options.signal?.removeEventListener('abort', this.#onAbort)
    this.options.onFinished()
  }
}

function interrupted(why: string): AppError {
  return new AppError('model_unavailable', `The reply was interrupted. ${why}`, { retryAfterSeconds: 5 })
}
