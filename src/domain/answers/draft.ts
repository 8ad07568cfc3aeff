import type { Source } from '../../contract/messages.js'
import type { Hit, Quote } from '../../retrieval/retriever.js'
import { SupportCheck, type Ground } from '../../retrieval/support/support.js'
import { citeGrounds } from './citations.js'
import type { StreamedSentence } from './sentence-stream.js'

/** So many sentences without ground at the beginning, and the rest is not waited for. */
const HOPELESS = 3

/** A reply that a model is writing: what of it may be said, and what that rests on. */
export class Draft {
  readonly #check: SupportCheck
  readonly #grounds: Ground[] = []
  readonly #seen = new Set<string>()
  #doubted = 0
  #supported = 0
  #isQuoted = false
  #text = ''

  constructor(
    hits: readonly Hit[],
    /** What may stand in for a sentence without ground, best first. */
    private readonly quotes: readonly Quote[],
    language: string,
  ) {
    this.#check = new SupportCheck(hits, language)
  }

  /** Something has been said. */
  get hasBegun(): boolean {
    return this.#text !== ''
  }

  /** Nothing has been written. */
  get isEmpty(): boolean {
    return this.#seen.size === 0
  }

  /** Every sentence has its ground. */
  get isWhole(): boolean {
    return this.#doubted === 0
  }

  /** It began with too many sentences without ground. */
  get isHopeless(): boolean {
    return this.#supported === 0 && this.#doubted >= HOPELESS
  }

  get text(): string {
    return this.#text
  }

  /** What is to be said for this sentence: itself, a quotation in its place, or nothing. A sentence is said once. */
  add({ gap, text }: StreamedSentence): string[] {
    const key = text.toLowerCase()
    if (this.#seen.has(key)) return []
    this.#seen.add(key)
    const verdict = this.#check.check(text)
    if (verdict.supported) {
      const held = this.#supported === 0 && this.#doubted > 0 ? this.#quotation() : []
      this.#supported += 1
      this.#grounds.push(verdict.ground)
      return [...held, this.#joint(gap, held.length > 0) + text]
    }
    this.#doubted += 1
    // As long as nothing is borne out, the whole reply may yet be quotations.
    return this.#supported === 0 ? [] : this.#quotation()
  }

  /** Notes what is said, and gives it back. */
  say(text: string): string {
    this.#text += text
    return text
  }

  /** Where each part of it stands, letter by letter. */
  sources(): Source[] {
    return citeGrounds(this.#grounds)
  }

  /** The best quotation that says something new, once. */
  #quotation(): string[] {
    if (this.#isQuoted) return []
    this.#isQuoted = true
    const quote = this.quotes.find((one) => !this.#grounds.some((ground) => overlaps(ground, one)))
    if (quote === undefined) return []
    this.#grounds.push(quote)
    this.#seen.add(quote.text.toLowerCase())
    return [this.#joint(' ', false) + quote.text]
  }

  #joint(gap: string, follows: boolean): string {
    if (!this.hasBegun && !follows) return ''
    return gap.includes('\n') ? gap : ' '
  }
}

function overlaps(a: Ground, b: Ground): boolean {
  return a.hit.passageId === b.hit.passageId && a.start < b.end && b.start < a.end
}
