import type { Connection } from '../store/database.js'
import {
  passageCandidates,
  type Candidate,
  type FoundPassage,
  type PassageCandidates,
  type TermStatistics,
} from '../store/passage-candidates.js'
import type { Embedder } from './embedder.js'
import type { PairCandidate } from './evidence.js'
import { denseWeight, fuse, lexicalCeiling, type Scored } from './fuse.js'
import { kindredStems } from './kindred-words.js'
import { detectLanguage } from './language.js'
import type { Hit, SearchScope } from './retriever.js'
import { queryTerms, type QueryTerm } from './stems.js'
import { significantStems } from './significant.js'

/** Each list's length before they are merged. */
const CANDIDATES = 100
/** Stored questions that are compared with the visitor's. */
const PAIRS = 8

/** Which list ranks: both, or one alone (for measuring). */
export type Ranking = 'fused' | 'lexical' | 'vector'

/** A question, prepared: language, words, vector, and how common its words are in the organization. */
export interface PreparedQuery {
  text: string
  language: string
  terms: QueryTerm[]
  vector: Float32Array
  statistics: TermStatistics
}

/**
 * Finds passages by words and meaning on one connection, with one embedder. Candidates that have no vectors of that embedder are
 * found by words alone.
 */
export class PassageSearch {
  readonly #candidates: PassageCandidates

  constructor(
    connection: Connection,
    private readonly embedder: Embedder,
    candidates = passageCandidates(connection),
  ) {
    this.#candidates = candidates
  }

  /** Reads and embeds a question. */
  async prepare(scope: SearchScope, text: string): Promise<PreparedQuery> {
    const language = detectLanguage(text)
    const terms = queryTerms(text, language)
    const [vector] = await this.embedder.embed([text], 'query')
    if (vector === undefined) throw new Error('The embedder gave no vector.')
    const stems = terms.flatMap((term) => term.stems)
    return { text, language, terms, vector, statistics: this.#candidates.statistics(scope.orgId, stems) }
  }

  /**
   * The best passages in scope, best first. The passages of a Q&A pair are one hit: its answer, with the
   * score of whichever of the two was found better.
   */
  find(scope: SearchScope, query: PreparedQuery, limit: number, ranking: Ranking = 'fused'): Hit[] {
    const plain = significantStems(query.terms, query.statistics)
    const stems = ranking === 'fused' ? [...plain, ...this.#kindred(query)] : plain
    const lexical = ranking === 'vector' ? [] : this.#candidates.lexical(scope, stems, CANDIDATES)
    const dense = ranking === 'lexical' ? [] : this.#candidates.nearest(scope, query.vector, CANDIDATES)
    const ranked = this.#rank(scope, query, lexical, dense, ranking)
    const found = this.#collapse(ranked, limit)
    const cosines = this.#candidates.cosines(
      scope.orgId,
      found.map(({ from }) => from),
      query.vector,
    )
    const words = new Map(lexical.map(({ num, score }) => [num, score]))
    return found.map(({ passage, score, from }) =>
      toHit(passage, score, words.get(from) ?? 0, cosines.get(from) ?? 0),
    )
  }

  /** The stored pairs whose questions are nearest to the query, and those among the hits. */
  pairs(scope: SearchScope, query: PreparedQuery, hits: readonly Hit[]): PairCandidate[] {
    const nearest = this.#candidates.nearest(scope, query.vector, PAIRS, 'question')
    const sources = new Set([
      ...this.#candidates.load(nearest.map(({ num }) => num)).map((passage) => passage.sourceId),
      ...hits.filter((hit) => hit.type === 'qa').map((hit) => hit.sourceId),
    ])
    const passages = this.#candidates.loadPairs([...sources])
    const cosines = this.#candidates.cosines(
      scope.orgId,
      passages.map(({ num }) => num),
      query.vector,
    )
    return passages.flatMap((question) => {
      const answer = passages.find((other) => other.kind === 'answer' && other.sourceId === question.sourceId)
      if (question.kind !== 'question' || answer === undefined) return []
      return [toPair(question, answer, cosines)]
    })
  }

  #rank(
    scope: SearchScope,
    query: PreparedQuery,
    lexical: Candidate[],
    dense: Candidate[],
    ranking: Ranking,
  ): Scored<number>[] {
    if (ranking !== 'fused')
      return fuse(lexical.map(keyed), dense.map(keyed), { denseWeight: lexical.length > 0 ? 0 : 1 })
    const known = new Set(dense.map(({ num }) => num))
    const unknown = lexical.map(({ num }) => num).filter((num) => !known.has(num))
    const cosines = this.#candidates.cosines(scope.orgId, unknown, query.vector)
    const { passages, frequency } = query.statistics
    const frequencies = query.terms.map(({ stems }) => Math.max(...stems.map((s) => frequency.get(s) ?? 0)))
    return fuse(
      lexical.map(keyed),
      [...dense.map(keyed), ...[...cosines].map(([key, score]) => ({ key, score }))],
      {
        ceiling: lexicalCeiling(frequencies, passages),
        denseWeight: denseWeight(this.embedder.reads(query.language)),
      },
    )
  }

  /** Where the embedder is blind, words of like meaning are looked for as words. */
  #kindred({ terms, language }: PreparedQuery): string[] {
    if (this.embedder.reads(language)) return []
    return terms.flatMap(({ word }) => kindredStems(word, language))
  }

  #collapse(ranked: readonly Scored<number>[], limit: number): Collapsed[] {
    // @NOTE at most two of a pair's passages are ranked, so twice the limit holds enough after collapsing.
    const top = ranked.slice(0, limit * 2)
    const passages = new Map(this.#candidates.load(top.map(({ key }) => key)).map((p) => [p.num, p]))
    const pairs = [...passages.values()].filter(({ type }) => type === 'qa').map((p) => p.sourceId)
    const answers = new Map(
      this.#candidates
        .loadPairs([...new Set(pairs)])
        .filter(({ kind }) => kind === 'answer')
        .map((answer) => [answer.sourceId, answer]),
    )
    const collapsed = new Map<string, Collapsed>()
    for (const { key, score } of top) {
      const own = passages.get(key)
      if (own === undefined) continue
      const passage = (own.type === 'qa' ? answers.get(own.sourceId) : undefined) ?? own
      if (!collapsed.has(passage.passageId)) collapsed.set(passage.passageId, { passage, score, from: key })
    }
    return [...collapsed.values()].slice(0, limit)
  }
}

interface Collapsed {
  passage: FoundPassage
  score: number
  /** Row id of the passage that was found. */
  from: number
}

function keyed({ num, score }: Candidate): Scored<number> {
  return { key: num, score }
}

function toHit(passage: FoundPassage, score: number, lexicalScore: number, vectorScore: number): Hit {
  const { num: _, ...shown } = passage
  return { ...shown, score, lexicalScore, vectorScore }
}

function toPair(question: FoundPassage, answer: FoundPassage, cosines: Map<number, number>): PairCandidate {
  return {
    sourceId: question.sourceId,
    passageId: question.passageId,
    question: question.text,
    answer: answer.text,
    cosine: cosines.get(question.num) ?? 0,
    answerHit: toHit(answer, 0, 0, cosines.get(answer.num) ?? 0),
  }
}
