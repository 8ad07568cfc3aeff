import { denseWeight, fuse, lexicalCeiling } from '#src/retrieval/fuse.js'
import { readQuestion, type WordStatistics } from '#src/retrieval/question.js'
import { rescore, RESCORED } from '#src/retrieval/rescore.js'
import type { Hit } from '#src/retrieval/retriever.js'
import { queryTerms, stems } from '#src/retrieval/stems.js'
import type { EvalDocument } from './data.js'

/** A document with everything a search needs. */
export interface IndexedDocument extends EvalDocument {
  counts: ReadonlyMap<string, number>
  length: number
  vector: Float32Array
  /** The title, embedded by itself. */
  heading: Float32Array
}

const K1 = 1.2
const B = 0.75

/** Counts a document's stems. */
export function indexDocument(
  document: EvalDocument,
  language: string,
  vector: Float32Array,
  heading: Float32Array,
): IndexedDocument {
  const all = stems(`${document.title} ${document.text}`, language)
  const counts = new Map<string, number>()
  for (const stem of all) counts.set(stem, (counts.get(stem) ?? 0) + 1)
  return { ...document, counts, length: all.length, vector, heading }
}

/**
 * The product's search in memory (BM25, cosine, the same fusion and second look), so that hundreds of small corpora can be cut out of
 * a set without writing databases.
 */
export class SmallSearch {
  readonly statistics: WordStatistics
  readonly #frequencies = new Map<string, number>()
  readonly #meanLength: number

  constructor(
    private readonly documents: readonly IndexedDocument[],
    private readonly language: string,
    private readonly sighted: boolean,
  ) {
    for (const { counts } of documents) {
      for (const stem of counts.keys()) this.#frequencies.set(stem, (this.#frequencies.get(stem) ?? 0) + 1)
    }
    this.#meanLength = documents.reduce((sum, { length }) => sum + length, 0) / Math.max(1, documents.length)
    this.statistics = {
      passages: documents.length,
      frequency: (stem) => this.#frequencies.get(stem) ?? 0,
    }
  }

  /** The `limit` best passages, best first. */
  find(question: string, vector: Float32Array, limit: number): Hit[] {
    const terms = queryTerms(question, this.language)
    const words = new Map(this.documents.map((one) => [one, this.#bm25(one, terms)] as const))
    const cosines = new Map(this.documents.map((one) => [one, dot(one.vector, vector)] as const))
    const list = (scores: Map<IndexedDocument, number>) => [...scores].map(([key, score]) => ({ key, score }))
    const frequencies = terms.map(({ stems }) => this.statistics.frequency(stems[0] ?? ''))
    const ceiling = Math.max(lexicalCeiling(frequencies, this.documents.length), ...words.values())
    const weight = denseWeight(this.sighted)
    const merged = fuse(list(words), list(cosines), { ceiling, denseWeight: weight })
    const first = merged.slice(0, RESCORED).map(({ key }) => ({
      key,
      text: key.text,
      above: key.title,
      language: this.language,
      words: ceiling > 0 ? (words.get(key) ?? 0) / ceiling : 0,
      cosine: cosines.get(key) ?? 0,
      heading: dot(key.heading, vector),
    }))
    return rescore(readQuestion(question, this.language, this.statistics), first, merged, this.sighted)
      .slice(0, limit)
      .map(({ key, score }) => this.#hit(key, score, words.get(key) ?? 0, cosines.get(key) ?? 0))
  }

  #bm25(document: IndexedDocument, terms: ReturnType<typeof queryTerms>): number {
    const total = this.documents.length
    let score = 0
    for (const { stems: forms } of terms) {
      const count = document.counts.get(forms[0] ?? '') ?? 0
      const holding = this.#frequencies.get(forms[0] ?? '') ?? 0
      const length = 1 - B + (B * document.length) / this.#meanLength
      score +=
        (Math.log(1 + (total - holding + 0.5) / (holding + 0.5)) * count * (K1 + 1)) / (count + K1 * length)
    }
    return score
  }

  #hit({ id, title, text }: IndexedDocument, score: number, lexicalScore: number, vectorScore: number): Hit {
    const place = { page: null, section: null, startOffset: 0, endOffset: text.length, url: null }
    const what = { passageId: id, sourceId: id, type: 'file' as const, kind: 'body' as const, title, text }
    return { ...what, ...place, language: this.language, score, lexicalScore, vectorScore }
  }
}

/** Cosine of unit vectors. */
export function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0
  for (let at = 0; at < a.length; at += 1) sum += (a[at] ?? 0) * (b[at] ?? 0)
  return sum
}
