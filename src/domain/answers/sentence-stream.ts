import { splitSentences } from '../../retrieval/sentences.js'

/** A sentence, with the white space that stood before it. */
export interface StreamedSentence {
  gap: string
  text: string
}

/** Cuts a text that comes in pieces into sentences: each is given once it is certain where it ends. */
export class SentenceStream {
  #pending = ''

  /** @param language ISO 639-1; it decides where sentences end. */
  constructor(private readonly language: string) {}

  /** The sentences that this piece completes. */
  push(piece: string): StreamedSentence[] {
    this.#pending += piece
    const sentences = splitSentences(this.#pending, this.language)
    // What follows the last one may still belong to it: "p." may go on as "p. 5".
    return this.#take(sentences.slice(0, -1))
  }

  /** What is left when the text has ended. */
  end(): StreamedSentence[] {
    return this.#take(splitSentences(this.#pending, this.language))
  }

  #take(sentences: { text: string; start: number; end: number }[]): StreamedSentence[] {
    let from = 0
    const taken = sentences.map(({ text, start, end }) => {
      const gap = this.#pending.slice(from, start)
      from = end
      return { gap, text }
    })
    this.#pending = this.#pending.slice(from)
    return taken
  }
}
