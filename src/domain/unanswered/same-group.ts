import { setImmediate as nextTurn } from 'node:timers/promises'
import type { QuestionVector } from '../../retrieval/retriever.js'
import {
  sameByWords,
  wordLikeness,
  wordsOfQuestion,
  type WordsOfQuestion,
} from '../../retrieval/same-question.js'

/** A group that a question may belong to. */
export interface Candidate {
  id: string
  question: string
  vector: Uint8Array | null
  embedder: string | null
}

/** Groups compared in one go: stemming so many questions takes a few ms. */
const STEP = 50

/**
 * The group that asks the same: in the same words, or the nearest one by meaning. Where there are no vectors to
 * compare, by the words that both have.
 */
export async function sameGroup(
  question: string,
  language: string,
  meaning: QuestionVector | null,
  candidates: readonly Candidate[],
): Promise<string | undefined> {
  const asked = wordsOfQuestion(question, language)
  let best: { id: string; likeness: number } | undefined
  for (const [index, candidate] of candidates.entries()) {
    if (index % STEP === STEP - 1) await nextTurn()
    const likeness = likenessOf(asked, language, meaning, candidate)
    if (likeness === 1) return candidate.id
    if (likeness > (best?.likeness ?? 0)) best = { id: candidate.id, likeness }
  }
  return best?.id
}

/** 1 for the same words, 0 for another question, else how near it is. */
function likenessOf(
  asked: WordsOfQuestion,
  language: string,
  meaning: QuestionVector | null,
  candidate: Candidate,
): number {
  const words = wordLikeness(asked, wordsOfQuestion(candidate.question, language))
  if (words === 1) return 1
  if (meaning === null || candidate.vector === null || candidate.embedder !== meaning.embedder) {
    return sameByWords(words) ? words * 0.99 : 0
  }
  const cosine = dot(meaning.vector, vectorOf(candidate.vector))
  return cosine >= meaning.alike ? Math.min(cosine, 0.99) : 0
}

/** A vector's bytes, as they are stored. */
export function bytesOf(vector: Float32Array): Uint8Array {
  return new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength)
}

function vectorOf(bytes: Uint8Array): Float32Array {
  // @NOTE a copy: the bytes may lie where no float may begin.
  return new Float32Array(Uint8Array.from(bytes).buffer)
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0
  for (const [index, value] of a.entries()) sum += value * (b[index] ?? 0)
  return sum
}
