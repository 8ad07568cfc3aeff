import { LoopFilter } from './loop-filter.js'
import { StopFilter } from './reply-text.js'
import { ThoughtFilter } from './thought-filter.js'

/** From what a model writes to what the visitor reads: no thoughts, nothing past a stop text, nothing twice. */
export class ReplyFilter {
  readonly #thoughts: ThoughtFilter
  readonly #stops: StopFilter
  readonly #loops = new LoopFilter()

  constructor(stopTexts: readonly string[], startsInThought: boolean) {
    this.#thoughts = new ThoughtFilter(startsInThought)
    this.#stops = new StopFilter(stopTexts)
  }

  /** True when nothing that follows would be let through. */
  get stopped(): boolean {
    return this.#stops.stopped || this.#loops.stopped
  }

  /** The part of the text so far that may be read and has not been returned yet. */
  add(text: string): string {
    return this.#loops.add(this.#stops.add(this.#thoughts.add(text)))
  }

  /** What was held back for nothing. */
  finish(): string {
    const rest = this.#stops.add(this.#thoughts.finish()) + this.#stops.finish()
    return this.#loops.add(rest) + this.#loops.finish()
  }
}
