import type { CandidateScope, FoundPassage } from '../store/passage-candidates.js'

/** Whose knowledge is searched. Without an assistant: only what every assistant may use. */
export type SearchScope = CandidateScope

/** One passage found, best first in every list. */
export interface Hit extends Omit<FoundPassage, 'num'> {
  /** Fused score in [0, 1]; comparable within one search only. */
  score: number
  /** BM25, higher is better; 0 when the words did not find it. */
  lexicalScore: number
  /** Cosine similarity; 0 when the vectors did not find it. */
  vectorScore: number
}

/** A literal piece of a passage: `hit.text.slice(start, end)` is exactly `text`. */
export interface Quote {
  hit: Hit
  text: string
  start: number
  end: number
}

/** A stored Q&A pair that asks what the visitor asks. */
export interface QaMatch {
  sourceId: string
  passageId: string
  question: string
  answer: string
  /** Cosine between the two questions. */
  score: number
  /** `score` minus that of the best other pair. */
  margin: number
}

/** Everything retrieval can say about one question; how to reply is the answers' business. */
export interface Evidence {
  /** Language of the question (ISO 639-1), best guess. */
  language: string
  hits: Hit[]
  /** Set when a Q&A pair may be served verbatim: score, margin and no contradiction of numbers or names. */
  match: QaMatch | null
  /** The sentences to quote: at most 3, 400 characters in all, from at most two passages; in reading order. */
  quotes: Quote[]
  /** Idf-weighted share of the question's terms that the best passage holds, in [0, 1]. */
  coverage: number
  /** Best cosine between the question and a passage. */
  cosine: number
  /** How sure we are that the hits answer the question, in [0, 1]. */
  confidence: number
  /** `confidence` below this means: decline. */
  threshold: number
}

/** A question as an embedding model sees it. */
export interface QuestionVector {
  /** Of length 1: the dot product of two is their cosine. */
  vector: Float32Array
  /** The model; vectors of different ones cannot be compared. */
  embedder: string
  /** From this cosine on, two questions count as the same. */
  alike: number
}

/** Finds passages. Never works on the main thread. */
export interface Retriever {
  /** Resolves once search can answer; rejects when it never will (no embedder, say). */
  ready(): Promise<void>
  search(scope: SearchScope, query: string, limit: number, signal?: AbortSignal): Promise<Hit[]>
  evidence(scope: SearchScope, question: string, signal?: AbortSignal): Promise<Evidence>
  /** The question's vector, to compare it with other questions; null when the model does not read the language. */
  questionVector?(question: string, language: string, signal?: AbortSignal): Promise<QuestionVector | null>
  /** Why it cannot answer at the moment, as a sentence for the operator; null while nothing is known to be wrong. */
  healthy?(): string | null
  close(): Promise<void>
}
