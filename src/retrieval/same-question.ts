import { isStopWord } from './stop-words.js'
import { stem } from './stems.js'
import { foldAccents, tokenize } from './tokens.js'

/** Share of the words of two questions that both have, from which on they count as the same. */
const ALIKE_WORDS = 0.6

/** A question reduced to what is compared of it. */
export interface WordsOfQuestion {
  /** Without case, accents and punctuation. */
  plain: string
  /** Stems of its meaningful words; of all its words where none is meaningful. */
  stems: ReadonlySet<string>
}

/** Reads a question for comparison by words. */
export function wordsOfQuestion(question: string, language: string): WordsOfQuestion {
  const words = tokenize(question)
  const meaningful = words.filter((word) => !isStopWord(word, language))
  const kept = meaningful.length > 0 ? meaningful : words
  return {
    plain: words.map(foldAccents).join(' '),
    stems: new Set(kept.map((word) => stem(word, language))),
  }
}

/** How alike two questions are by their words: the share of stems that both have, in [0, 1]. */
export function wordLikeness(a: WordsOfQuestion, b: WordsOfQuestion): number {
  if (a.plain === b.plain) return 1
  const shared = [...a.stems].filter((each) => b.stems.has(each)).length
  const all = a.stems.size + b.stems.size - shared
  return all === 0 ? 0 : shared / all
}

/** Whether two questions ask the same, by their words alone. */
export function sameByWords(likeness: number): boolean {
  return likeness >= ALIKE_WORDS
}
