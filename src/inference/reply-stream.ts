import type { EngineEvent } from './engine.js'

/**
 * The events of one reply on their way from the child to whoever reads them. Nothing that arrived is lost:
 * what was pushed before a failure is read first, then the failure is thrown. Its size is bounded by the
 * reply's own `maxTokens`. Made for one reader.
 */
export class ReplyStream implements AsyncIterable<EngineEvent> {
  readonly #events: EngineEvent[] = []
  #outcome: { error: unknown } | 'complete' | undefined
  #wake: (() => void) | undefined

  /** @param onLeave called when the reader leaves before the end. */
  constructor(private readonly onLeave: () => void) {}

  push(event: EngineEvent): void {
    if (this.#outcome !== undefined) return
    this.#events.push(event)
    if (event.type === 'end') this.#outcome = 'complete'
    this.#wake?.()
  }

  /** Ends the stream with `error`, unless it has ended already. */
  fail(error: unknown): void {
    this.#outcome ??= { error }
    this.#wake?.()
  }

  /** Ends the stream with `error` at once; what nobody has read yet is dropped. */
  cut(error: unknown): void {
    if (this.#outcome === undefined) this.#events.length = 0
    this.fail(error)
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<EngineEvent, void, undefined> {
    try {
      for (;;) {
        const event = this.#events.shift()
        if (event !== undefined) yield event
        else if (this.#outcome === 'complete') return
        else if (this.#outcome !== undefined) throw this.#outcome.error
        else await new Promise<void>((resolve) => (this.#wake = resolve))
      }
    } finally {
      if (this.#outcome === undefined) this.onLeave()
    }
  }
}
