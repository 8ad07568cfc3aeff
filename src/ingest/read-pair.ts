import { digestOf, type Digest } from '../retrieval/digest.js'
import { detectLanguage } from '../retrieval/language.js'
import type { NewPassage } from '../store/passages.js'

/** A stored question and its answer. */
export interface Pair {
  question: string
  answer: string
}

/** A pair as search keeps it. */
export interface ReadPair {
  /** The question's, then the answer's; offsets count in the two with a blank line between them. */
  passages: NewPassage[]
  /** Its answer's beginning, and the words of both. */
  digest: Digest
}

/** A pair's passages and digest. Belongs into a worker thread: telling languages takes memory and time. */
export function readPair({ question, answer }: Pair): ReadPair {
  const language = detectLanguage(`${question}\n${answer}`)
  const from = question.length + 2
  const common = { page: null, section: null, language }
  const blocks = [{ kind: 'paragraph' as const, text: answer, page: null }]
  return {
    passages: [
      { ...common, ordinal: 0, kind: 'question', text: question, startOffset: 0, endOffset: question.length },
      {
        ...common,
        ordinal: 1,
        kind: 'answer',
        text: answer,
        startOffset: from,
        endOffset: from + answer.length,
      },
    ],
    digest: digestOf(question, blocks, language),
  }
}
