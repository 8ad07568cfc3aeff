import type { Connection } from '../store/database.js'
import { headingCosines } from '../store/heading-vectors.js'
import {
  passageCandidates,
  type Candidate,
  type FoundPassage,
  type PassageCandidates,
  type TermStatistics,
} from '../store/passage-candidates.js'
import { stemsBeginning } from '../store/vocabulary.js'
import { collapse } from './collapse.js'
import type { Embedder } from './embedder.js'
import type { PairCandidate } from './evidence.js'
import { denseWeight, fuse, lexicalCeiling, type Scored } from './fuse.js'
import { kindredStems } from './kindred-words.js'
import { detectLanguage } from './language.js'
import { corrections, sureBeginning } from './misspelt.js'
import { readQuestion } from './question.js'
import { rescore, RESCORED } from './rescore.js'
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

/** The lists that are merged. */
interface Lists {
  lexical: Candidate[]
  /** The nearest, and what only the words found. */
  cosines: Map<number, number>
  /** The highest BM25 that the question can get. */
  ceiling: number
}

/**
 * Finds passages by words and meaning on one connection, with one embedder. Candidates that have no vectors of that embedder are
 * found by words alone.
 */
export class PassageSearch {
  readonly #candidates: PassageCandidates

  constructor(
    private readonly connection: Connection,
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
    const statistics = this.#statistics(scope, terms)
    const corrected = this.#corrected(terms, statistics)
    return {
      text,
      language,
      terms: corrected,
      vector,
      statistics: corrected === terms ? statistics : this.#statistics(scope, corrected),
    }
  }

  /**
   * The best passages in scope, best first. The passages of a Q&A pair are one hit: its answer, with the
   * score of whichever of the two was found better. Of nearly the same texts only the newest is a hit.
   */
  find(scope: SearchScope, query: PreparedQuery, limit: number, ranking: Ranking = 'fused'): Hit[] {
    const lists = this.#lists(scope, query, ranking)
    const ranked = ranking === 'fused' ? this.#rank(query, lists) : oneList(lists, ranking)
    const asked = new Set(query.terms.map(({ word }) => word))
    const found = collapse(this.#candidates, ranked, limit, asked)
    const cosines = this.#candidates.cosines(
      scope.orgId,
      found.map(({ from }) => from),
      query.vector,
    )
    const words = new Map(lists.lexical.map(({ num, score }) => [num, score]))
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

  #statistics(scope: SearchScope, terms: readonly QueryTerm[]): TermStatistics {
    return this.#candidates.statistics(
      scope.orgId,
      terms.flatMap((term) => term.stems),
    )
  }

  /** Words that occur nowhere are looked for under what they may be slips of, too. */
  #corrected(terms: QueryTerm[], { frequency }: TermStatistics): QueryTerm[] {
    const corrected = terms.map((term) => {
      const beginning = term.stems.some((stem) => frequency.has(stem))
        ? undefined
        : sureBeginning(term.stems[0] ?? '')
      if (beginning === undefined) return term
      const near = corrections(term.stems[0] ?? '', stemsBeginning(this.connection, beginning))
      return near.length > 0 ? { ...term, stems: [...term.stems, ...near] } : term
    })
    return corrected.every((term, at) => term === terms[at]) ? terms : corrected
  }

  #lists(scope: SearchScope, query: PreparedQuery, ranking: Ranking): Lists {
    const plain = significantStems(query.terms, query.statistics)
    const stems = ranking === 'fused' ? [...plain, ...this.#kindred(query)] : plain
    const lexical = ranking === 'vector' ? [] : this.#candidates.lexical(scope, stems, CANDIDATES)
    const dense = ranking === 'lexical' ? [] : this.#candidates.nearest(scope, query.vector, CANDIDATES)
    const cosines = new Map(dense.map(({ num, score }) => [num, score]))
    if (ranking === 'fused') {
      const unknown = lexical.map(({ num }) => num).filter((num) => !cosines.has(num))
      const more = this.#candidates.cosines(scope.orgId, unknown, query.vector)
      for (const [num, cosine] of more) cosines.set(num, cosine)
    }
    const { passages, frequency } = query.statistics
    const frequencies = query.terms.map((term) => Math.max(...term.stems.map((s) => frequency.get(s) ?? 0)))
    const best = Math.max(0, ...lexical.map(({ score }) => score))
    return { lexical, cosines, ceiling: Math.max(lexicalCeiling(frequencies, passages), best) }
  }

  /** Merges the lists, and orders the first passages anew by what they say. */
  #rank(query: PreparedQuery, { lexical, cosines, ceiling }: Lists): Scored<number>[] {
    const sighted = this.embedder.reads(query.language)
    const merged = fuse(lexical.map(keyed), keyedMap(cosines), { ceiling, denseWeight: denseWeight(sighted) })
    const first = merged.slice(0, RESCORED)
    const rows = this.#candidates.load(first.map(({ key }) => key))
    const nums = rows.map(({ num }) => num)
    const headings = sighted
      ? headingCosines(this.connection, this.embedder.id, nums, query.vector)
      : new Map<number, number>()
    const words = new Map(lexical.map(({ num, score }) => [num, score]))
    const { passages, frequency } = query.statistics
    const question = readQuestion(query.text, query.language, {
      passages,
      frequency: (stem) => frequency.get(stem) ?? 0,
    })
    return rescore(
      question,
      rows.map((passage) => ({
        key: passage.num,
        text: passage.text,
        above: passage.kind === 'question' ? '' : `${passage.title} ${passage.section ?? ''}`,
        language: passage.language ?? query.language,
        words: ceiling > 0 ? (words.get(passage.num) ?? 0) / ceiling : 0,
        cosine: cosines.get(passage.num) ?? 0,
        heading: headings.get(passage.num) ?? cosines.get(passage.num) ?? 0,
      })),
      merged,
      sighted,
    )
  }

  /** Where the embedder is blind, words of like meaning are looked for as words. */
  #kindred({ terms, language }: PreparedQuery): string[] {
    if (this.embedder.reads(language)) return []
    return terms.flatMap(({ word }) => kindredStems(word, language))
  }
}

function oneList({ lexical, cosines }: Lists, ranking: Ranking): Scored<number>[] {
  return fuse(lexical.map(keyed), keyedMap(cosines), { denseWeight: ranking === 'lexical' ? 0 : 1 })
}

function keyed({ num, score }: Candidate): Scored<number> {
  return { key: num, score }
}

function keyedMap(scores: ReadonlyMap<number, number>): Scored<number>[] {
  return [...scores].map(([key, score]) => ({ key, score }))
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
