import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Logger } from '../../log.js'

export interface WriteBehindOptions<T> {
  /** Stores a batch, all of it or nothing. */
  write: (batch: T[]) => Promise<void>
  /** What the log calls the entries: "requests". */
  what: string
  log: Logger
  /** Entries stored at once; so many waiting are stored without delay. Default 200. */
  batch?: number
  /** Entries that may wait; beyond, the oldest are given up. Default 10,000. */
  most?: number
  /** Longest time an entry waits, in ms. Default 1000. */
  delayMs?: number
}

/** Entries that may be stored a moment later: whoever adds one never waits, and never learns of a failure. */
export class WriteBehind<T> {
  /** Entries given up since the start: the buffer was full, or they could not be stored. */
  dropped = 0
  #waiting: T[] = []
  #timer: NodeJS.Timeout | undefined
  #writing: Promise<void> | undefined
  readonly #batch: number
  readonly #most: number
  readonly #delayMs: number

  constructor(private readonly options: WriteBehindOptions<T>) {
    this.#batch = options.batch ?? 200
    this.#most = options.most ?? 10_000
    this.#delayMs = options.delayMs ?? 1000
  }

  add(entry: T): void {
    this.#waiting.push(entry)
    if (this.#waiting.length > this.#most) {
      // @NOTE many at once, since taking one from the front of a long list is slow.
      const surplus = this.#waiting.splice(0, Math.ceil(this.#most / 10)).length
      this.giveUp(surplus, undefined)
    }
    if (this.#waiting.length >= this.#batch) void this.flush()
    else this.#timer ??= setTimeout(() => void this.flush(), this.#delayMs).unref()
  }

  /** Resolves once everything added so far is stored, or given up. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#writing ??= this.writeAll().finally(() => {
      this.#writing = undefined
    })
    await this.#writing
  }

  private async writeAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, this.#batch)
      try {
        await this.options.write(batch)
      } catch (error) {
        this.giveUp(batch.length, error)
      }
      await nextTurn()
    }
  }

  private giveUp(count: number, error: unknown): void {
    this.dropped += count
    const { log, what } = this.options
    log.warn(
      { ...(error !== undefined && { err: error }), count, dropped: this.dropped },
      `${what} were not stored`,
    )
  }
}
