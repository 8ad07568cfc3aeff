import { AppError } from '../errors.js'

export interface SchedulerOptions {
  /** How many may run at once. */
  slots: number
  /** How many may wait; one more is refused. */
  capacity: number
  /** How long one may wait, in ms. */
  deadlineMs: number
}

export interface AcquireOptions {
  signal?: AbortSignal | undefined
  /** Told whenever it changes how many are still ahead, and how long that may take (ms). */
  onQueued?: ((ahead: number, etaMs: number) => void) | undefined
}

interface Waiting {
  start: () => void
  onQueued: ((ahead: number, etaMs: number) => void) | undefined
}

/** Before the first reply has been timed, assume this many ms. */
const FIRST_GUESS_MS = 5_000
/** Weight of the newest reply in the running mean of how long replies take. */
const NEWEST_WEIGHT = 0.2

/**
 * A bounded queue in front of a scarce engine. Whoever waits leaves at once when its signal aborts or its
 * deadline passes.
 * @NOTE general queue libraries look at the signal only when a task's turn comes, so the dead would hold places.
 */
export class Scheduler {
  readonly #queue: Waiting[] = []
  #running = 0
  #refused = 0
  #meanMs = FIRST_GUESS_MS

  constructor(private readonly options: SchedulerOptions) {}

  /** `refused`: how many were told `busy` since the start. */
  status(): { running: number; waiting: number; capacity: number; refused: number } {
    const { capacity } = this.options
    return { running: this.#running, waiting: this.#queue.length, capacity, refused: this.#refused }
  }

  /**
   * Waits for a slot and returns the function that gives it back (calling it twice is harmless).
   * @throws AppError `busy` when the queue is full or the deadline passes; an AbortError when the signal aborts.
   */
  async acquire({ signal, onQueued }: AcquireOptions = {}): Promise<() => void> {
    throwIfCancelled(signal)
    if (this.#running < this.options.slots) {
      this.#running += 1
      return this.#lease()
    }
    if (this.#queue.length >= this.options.capacity) {
      throw this.#busy('Too many replies are being written right now.')
    }
    await this.#turn(signal, onQueued)
    return this.#lease()
  }

  #turn(signal: AbortSignal | undefined, onQueued: Waiting['onQueued']): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = (error: Error) => {
        settle()
        this.#remove(waiting)
        reject(error)
      }
      const onAbort = () => {
        leave(cancelled())
      }
      const timer = setTimeout(() => {
        leave(this.#busy('The reply waited too long for its turn.'))
      }, this.options.deadlineMs)
      const settle = () => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', onAbort)
      }
      const start = () => {
        settle()
        resolve()
      }
      const waiting: Waiting = { start, onQueued }
      signal?.addEventListener('abort', onAbort, { once: true })
      this.#queue.push(waiting)
      this.#announce(waiting, this.#queue.length - 1)
    })
  }

  /** The one use of a slot that is already counted as running. */
  #lease(): () => void {
    const since = performance.now()
    let held = true
    return () => {
      if (!held) return
      held = false
      this.#running -= 1
      this.#meanMs += NEWEST_WEIGHT * (performance.now() - since - this.#meanMs)
      this.#startNext()
    }
  }

  /** First come, first served. Another order (fair shares by organization) replaces this one choice. */
  #startNext(): void {
    const next = this.#queue.shift()
    if (next === undefined) return
    // @NOTE counted before it wakes, or a newcomer would take the slot in between.
    this.#running += 1
    next.start()
    this.#announceAll()
  }

  #remove(waiting: Waiting): void {
    const place = this.#queue.indexOf(waiting)
    if (place < 0) return
    this.#queue.splice(place, 1)
    this.#announceAll()
  }

  #announceAll(): void {
    this.#queue.forEach((waiting, place) => {
      this.#announce(waiting, place)
    })
  }

  #announce(waiting: Waiting, place: number): void {
    waiting.onQueued?.(place + this.options.slots, this.#turnsMs(place + 1))
  }

  /** How long so many turns may take, by how long replies took of late. */
  #turnsMs(turns: number): number {
    return (turns / this.options.slots) * this.#meanMs
  }

  #busy(why: string): AppError {
    this.#refused += 1
    const seconds = Math.ceil(this.#turnsMs(this.#queue.length + 1) / 1000)
    const retryAfterSeconds = Math.min(Math.max(seconds, 1), 60)
    return new AppError('busy', `${why} Please try again in a moment.`, { retryAfterSeconds })
  }
}

/** What a cancelled reply ends with, whatever reason its signal carries. */
export function cancelled(): DOMException {
  return new DOMException('The reply was cancelled.', 'AbortError')
}

/** Throws the AbortError of an already aborted signal. */
export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw cancelled()
}
