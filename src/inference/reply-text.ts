/** What a decoder puts where a character's bytes are incomplete (Unicode's replacement character). */
const INCOMPLETE = '\uFFFD'
/** No UTF-8 character needs more bytes, hence byte tokens, than this; past it the bytes are simply wrong. */
const LONGEST_CHARACTER = 4

/** Turns tokens into text one at a time without ever cutting through a character. */
export class TokenDecoder<Token> {
  readonly #before: Token[] = []
  readonly #pending: Token[] = []

  /** @param detokenize the text of some tokens that follow others. */
  constructor(private readonly detokenize: (tokens: Token[], before: Token[]) => string) {}

  /** The text that `token` completes; empty while a character is still incomplete. */
  add(token: Token): string {
    this.#pending.push(token)
    const text = this.detokenize(this.#pending, this.#before)
    if (text.endsWith(INCOMPLETE) && this.#pending.length < LONGEST_CHARACTER) return ''
    return this.#release(text)
  }

  /** What is left at the end; half a character is dropped. */
  finish(): string {
    return this.#release(this.detokenize(this.#pending, this.#before)).replaceAll(INCOMPLETE, '')
  }

  #release(text: string): string {
    this.#before.push(...this.#pending)
    // Enough for the tokenizer to decide about a leading space.
    this.#before.splice(0, this.#before.length - LONGEST_CHARACTER)
    this.#pending.length = 0
    return text
  }
}

/**
 * Lets a reply's text through up to the first stop text. Whatever may yet become one is held back, and so is
 * white space before the first word.
 */
export class StopFilter {
  #held = ''
  #begun = false
  #stopped = false

  constructor(private readonly stops: readonly string[]) {}

  /** True from the moment a stop text was completed. */
  get stopped(): boolean {
    return this.#stopped
  }

  /** The part of the text so far that is certain and has not been returned yet. */
  add(text: string): string {
    if (this.#stopped) return ''
    this.#held += text
    if (!this.#begun) this.#held = this.#held.trimStart()
    if (this.#held === '') return ''
    this.#begun = true
    const at = this.#firstStop()
    this.#stopped = at !== -1
    return this.#take(this.#stopped ? at : this.#held.length - this.#openEnd())
  }

  /** What was held back for nothing. */
  finish(): string {
    return this.#stopped ? '' : this.#take(this.#held.length)
  }

  #take(length: number): string {
    const text = this.#held.slice(0, length)
    this.#held = this.#held.slice(length)
    return text
  }

  #firstStop(): number {
    const places = this.stops.map((stop) => this.#held.indexOf(stop)).filter((at) => at !== -1)
    return places.length === 0 ? -1 : Math.min(...places)
  }

  /** Length of the longest ending that begins some stop text. */
  #openEnd(): number {
    let longest = 0
    for (const stop of this.stops) {
      for (let length = Math.min(stop.length - 1, this.#held.length); length > longest; length -= 1) {
        if (this.#held.endsWith(stop.slice(0, length))) longest = length
      }
    }
    return longest
  }
}
