import type { Connection } from './database.js'
import { isSameEmbedder, type IndexEmbedder } from './index-record.js'
import { ANY_KIND, LivePassages, type CandidateScope } from './live-passages.js'
import { placeOf } from './passage-index.js'
import type { PassageKind, SourceType } from './schema.js'
import { usableBy } from './source-scope.js'
import { cosineOf } from './vector-form.js'
import { wordSearch, type Candidate, type TermStatistics } from './word-search.js'

export type { CandidateScope } from './live-passages.js'
export type { Candidate, TermStatistics } from './word-search.js'

/** A found passage with what is shown of its source. */
export interface FoundPassage {
  num: number
  passageId: string
  sourceId: string
  type: SourceType
  kind: PassageKind
  title: string
  text: string
  page: number | null
  section: string | null
  /** Where `text` lies in the source's extracted text (UTF-16 code units, end exclusive). */
  startOffset: number
  endOffset: number
  url: string | null
  language: string | null
}

/** Passages that are near by their bits and are then compared exactly; see docs/retrieval.md. */
const COMPARED = 500

const FOUND = `
  select p.num, p.id as passageId, p.source_id as sourceId, s.type, p.kind, s.title, p.text, p.page, p.section,
    p.start_offset as startOffset, p.end_offset as endOffset, s.url, p.language
  from passage p join source s on s.id = p.source_id`

export type PassageCandidates = ReturnType<typeof passageCandidates>

/**
 * Reads the word index and the vectors; a scope is applied before any limit. Works on a read-only connection, of which it
 * keeps the live passages in memory.
 * @param embedder whose vectors are asked about; where the index is another's, or for null, words alone find. Default: any of
 * the same length.
 */
export function passageCandidates(connection: Connection, embedder?: IndexEmbedder | null) {
  const live = new LivePassages(connection)
  const words = wordSearch(connection, live)
  /** Whatever one search reads is of one moment. */
  const atOnce = <T>(read: () => T): T =>
    connection.transaction(() => {
      live.follow()
      return read()
    })()
  const hasVectors = (vector: Float32Array) => {
    const indexed = live.index?.embedder
    if (indexed?.dimension !== vector.length || embedder === null) return false
    return embedder === undefined || isSameEmbedder(indexed, embedder)
  }

  function cosines(nums: readonly number[], vector: Float32Array): Candidate[] {
    const slot = live.index?.slot ?? 0
    const rows = connection
      .prepare<[string], { place: number; vector: Buffer }>(
        'select place, vector from passage_vector where place in (select value from json_each(?))',
      )
      .all(JSON.stringify(nums.map((num) => placeOf(num, slot))))
    return rows.map(({ place, vector: stored }) => ({
      num: (place - slot) / 2,
      score: cosineOf(stored, vector),
    }))
  }

  return {
    /** The passages holding any of the stems, by BM25. */
    lexical(scope: CandidateScope, stems: readonly string[], limit: number): Candidate[] {
      if (stems.length === 0) return []
      return atOnce(() => inScope(connection, scope, words.lexical(live.allowed(scope), stems, limit)))
    },

    /** The passages nearest to the vector, by cosine. `kind` narrows them. */
    nearest(scope: CandidateScope, vector: Float32Array, limit: number, kind?: PassageKind): Candidate[] {
      return atOnce(() => {
        if (!hasVectors(vector)) return []
        const wanted = Math.max(COMPARED, limit)
        const near = live.nearestByBits(live.allowed(scope), vector, wanted, kindsOf(kind))
        const found = cosines(near, vector).sort((a, b) => b.score - a.score || a.num - b.num)
        return inScope(connection, scope, found.slice(0, limit))
      })
    },

    /** Cosines of passages that were found otherwise. */
    cosines(orgId: string, nums: readonly number[], vector: Float32Array): Map<number, number> {
      if (nums.length === 0) return new Map()
      return atOnce(() => {
        if (!hasVectors(vector)) return new Map<number, number>()
        const own = nums.filter((num) => live.orgOf(num) === orgId)
        return new Map(cosines(own, vector).map(({ num, score }) => [num, score]))
      })
    },

    /** The passages of these row ids, in no particular order. */
    load(nums: readonly number[]): FoundPassage[] {
      return connection
        .prepare<[string], FoundPassage>(`${FOUND} where p.num in (select value from json_each(?))`)
        .all(JSON.stringify(nums))
    },

    /** The question and answer passages of these Q&A sources, in reading order. */
    loadPairs(sourceIds: readonly string[]): FoundPassage[] {
      return connection
        .prepare<[string], FoundPassage>(
          `${FOUND} where s.type = 'qa' and p.live = 1 and p.version = s.live_version
             and p.source_id in (select value from json_each(?)) order by p.ordinal`,
        )
        .all(JSON.stringify(sourceIds))
    },

    /**
     * In how many of the organization's passages the stems occur. Common stems are counted over the whole
     * index and scaled to the organization's share of it.
     */
    statistics(orgId: string, stems: readonly string[]): TermStatistics {
      return atOnce(() => words.statistics(orgId, stems))
    },

    /** Reads what searches keep in memory, so that the first does not wait for it. Answers how many bytes that are. */
    warm(): number {
      return atOnce(() => live.bytes)
    },
  }
}

/**
 * Those that the scope may find: the live passages of the sources that it may use, each in its source's live version. The
 * memory has kept to it already; what is shown does not depend on that.
 */
function inScope(connection: Connection, scope: CandidateScope, found: Candidate[]): Candidate[] {
  const nums = connection
    .prepare<unknown[], number>(
      `select p.num from json_each(@nums) j cross join passage p on p.num = j.value join source s on s.id = p.source_id
       where p.org_id = @orgId and p.live = 1 and s.org_id = @orgId and s.status <> 'deleting'
         and s.live_version = p.version and ${usableBy('@assistantId')}`,
    )
    .pluck()
    .all({
      nums: JSON.stringify(found.map(({ num }) => num)),
      orgId: scope.orgId,
      assistantId: scope.assistantId ?? null,
    })
  const kept = new Set(nums)
  return found.filter(({ num }) => kept.has(num))
}

function kindsOf(kind: PassageKind | undefined): number {
  return kind === undefined ? ANY_KIND : { body: 1, question: 2, answer: 4 }[kind]
}
