/** A sentence shorter than this ("Click OK.") may well be said twice. */
const LONG = 20
/** So many sentences said twice are a loop. */
const MOST_REPEATS = 2
/** A run of this many characters that repeats a piece of at most LONGEST_PIECE is a loop without sentences. */
const RUN = 120
const LONGEST_PIECE = 40

const LIST_MARK = /^\s*(?:[-*•](?:\s|$)|\d+(?:[.)](?:\s|$)|$))?\s*/
const ENDED = /\n$|[.!?…]["'”’)\]]*\s$/
const LETTER = /\p{L}/u

/**
 * Lets a reply through without the sentences (or lines) it has said before: small models lose themselves in them.
 * A sentence is held back only while it could still become one of those.
 */
export class LoopFilter {
  readonly #said = new Set<string>()
  #sentence = ''
  /** Nothing of the sentence under way has been let through. */
  #isHeld = true
  #repeats = 0
  #latest = ''
  #stopped = false

  /** True from the moment the reply was seen to go round in circles. */
  get stopped(): boolean {
    return this.#stopped
  }

  /** The part of the text so far that is new and has not been returned yet. */
  add(text: string): string {
    let out = ''
    for (const character of text) {
      if (this.#stopped) return out
      out += this.#addCharacter(character)
    }
    return out
  }

  /** What was held back for nothing. */
  finish(): string {
    if (this.#stopped || !this.#isHeld) return ''
    const words = wordsOf(this.#sentence)
    return words.length >= LONG && this.#mayRepeat(words) ? '' : this.#sentence
  }

  #addCharacter(character: string): string {
    this.#sentence += character
    this.#latest = (this.#latest + character).slice(-RUN)
    const words = wordsOf(this.#sentence)
    if (LETTER.test(words) && ENDED.test(this.#sentence)) return this.#end(words, character)
    this.#stopped = isPeriodic(this.#latest)
    if (!this.#isHeld) return character
    return this.#mayRepeat(words) ? '' : this.#release()
  }

  #end(words: string, character: string): string {
    const isRepeat = this.#isHeld && this.#said.has(words)
    if (words.length >= LONG) this.#said.add(words)
    const out = this.#isHeld ? this.#release() : character
    this.#sentence = ''
    this.#isHeld = true
    if (!isRepeat) return out
    this.#repeats += 1
    this.#stopped = this.#repeats >= MOST_REPEATS
    return ''
  }

  #release(): string {
    this.#isHeld = false
    return this.#sentence
  }

  #mayRepeat(words: string): boolean {
    return [...this.#said].some((said) => said.startsWith(words))
  }
}

/** What a sentence says, whatever its place in a list and the white space in it. */
function wordsOf(sentence: string): string {
  return sentence.replace(LIST_MARK, '').replace(/\s+/g, ' ').trimEnd()
}

function isPeriodic(text: string): boolean {
  if (text.length < RUN || !LETTER.test(text)) return false
  for (let piece = 1; piece <= LONGEST_PIECE; piece += 1) {
    if (text.slice(piece) === text.slice(0, -piece)) return true
  }
  return false
}
