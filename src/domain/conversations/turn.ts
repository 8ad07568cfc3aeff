import type { Pair, StreamFrame } from '../../contract/messages.js'

/** How long a streamed reply goes on being written after its last reader has left. */
const GRACE_MS = 5000

/** What a reader sees before the end: everything but `done` and `error`. */
export type TurnEvent = Exclude<StreamFrame, { type: 'done' | 'error' }>

/** Does the work of a turn; tells what happens on the way. */
export type TurnWork = (emit: (event: TurnEvent) => void, signal: AbortSignal) => Promise<Pair>

/**
 * One message and the reply to it, while it is being made. Any number of readers may follow it, from the
 * start, also late ones. Kept turns run to their end; the others are cancelled when nobody reads them.
 */
export class Turn {
  /** The stored pair of messages; rejects when the reply failed or was cancelled. */
  readonly result: Promise<Pair>
  readonly #abort = new AbortController()
  readonly #log: TurnEvent[] = []
  readonly #waiting = new Set<() => void>()
  #readers = 0
  #kept = false
  #ended = false
  #leaving: NodeJS.Timeout | undefined

  constructor(work: TurnWork, deadlineMs: number) {
    const signal = AbortSignal.any([this.#abort.signal, AbortSignal.timeout(deadlineMs)])
    this.result = work((event) => {
      this.#log.push(event)
      this.#notify()
    }, signal).finally(() => {
      this.#ended = true
      clearTimeout(this.#leaving)
      this.#notify()
    })
    // @NOTE readers get the failure from `result`; without any, it must not bring the process down.
    this.result.catch(() => undefined)
  }

  /** From now on the turn runs to its end, whoever reads it. */
  keep(): void {
    this.#kept = true
    clearTimeout(this.#leaving)
  }

  /** Ends the turn with an error, whoever reads it. */
  abandon(): void {
    this.#abort.abort()
  }

  /** Whether it has been given up: its end is near, and it is an error. */
  get isGivenUp(): boolean {
    return this.#abort.signal.aborted
  }

  /** Everything that happened so far and what follows, until the turn ends or the reader's signal aborts. */
  async *events(reader: AbortSignal): AsyncGenerator<TurnEvent, void> {
    this.#readers += 1
    clearTimeout(this.#leaving)
    const wake = () => this.#notify()
    reader.addEventListener('abort', wake)
    try {
      for (let next = 0; !reader.aborted;) {
        const event = this.#log[next]
        if (event !== undefined) {
          next += 1
          yield event
        } else if (this.#ended) {
          return
        } else {
          await new Promise<void>((resolve) => this.#waiting.add(resolve))
        }
      }
    } finally {
      reader.removeEventListener('abort', wake)
      this.#readers -= 1
      if (this.#readers === 0 && !this.#kept && !this.#ended) {
        this.#leaving = setTimeout(() => this.#abort.abort(), GRACE_MS)
      }
    }
  }

  #notify(): void {
    for (const resolve of this.#waiting) resolve()
    this.#waiting.clear()
  }
}
