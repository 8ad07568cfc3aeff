import type { Connection } from './database.js'
import { hasVectorTable } from './passage-index.js'
import type { PassageKind, SourceType } from './schema.js'
import { usableBy } from './source-scope.js'

/** Whose passages may be found. Without an assistant: only what every assistant may use. */
export interface CandidateScope {
  orgId: string
  assistantId?: string | undefined
}

/** A passage's row id and how well one list thinks of it; higher is better. */
export interface Candidate {
  num: number
  score: number
}

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

/** In how many passages terms occur. */
export interface TermStatistics {
  /** Passages of the organization that can be found. */
  passages: number
  /** Passages that hold the stem; a stem that occurs nowhere is absent. */
  frequency: Map<string, number>
}

/** Above this many passages a stem's count is estimated instead of counted. */
const COUNTED_EXACTLY = 500
/** A hit in the title counts as much as one in the text. */
const COLUMN_WEIGHTS = '1.0, 1.0'

/**
 * What a scope may find: the live passages of the sources that it may use, each in its source's live version.
 * Parameters: @orgId, @assistantId (null = none).
 */
const USABLE = `usable as materialized (
    select s.id, s.live_version from source s
    where s.org_id = @orgId and s.status <> 'deleting' and s.live_version is not null and ${usableBy('@assistantId')})`
const IN_SCOPE = `p.org_id = @orgId and p.live = 1
    and exists (select 1 from usable u where u.id = p.source_id and u.live_version = p.version)`

const FOUND = `
  select p.num, p.id as passageId, p.source_id as sourceId, s.type, p.kind, s.title, p.text, p.page, p.section,
    p.start_offset as startOffset, p.end_offset as endOffset, s.url, p.language
  from passage p join source s on s.id = p.source_id`

export type PassageCandidates = ReturnType<typeof passageCandidates>

/** Reads the word and vector indexes; a scope is applied before any limit. Works on a read-only connection. */
export function passageCandidates(connection: Connection) {
  const parameters = (scope: CandidateScope) => ({
    orgId: scope.orgId,
    assistantId: scope.assistantId ?? null,
  })

  return {
    /** The passages holding any of the stems, by BM25. */
    lexical(scope: CandidateScope, stems: readonly string[], limit: number): Candidate[] {
      if (stems.length === 0) return []
      return connection
        .prepare<unknown[], Candidate>(
          // @NOTE cross join: the words come first, or every passage in scope would run the match anew.
          `with ${USABLE}
           select p.num, -bm25(passage_words, ${COLUMN_WEIGHTS}) as score
           from passage_words cross join passage p on p.num = passage_words.rowid
           where passage_words match @match and ${IN_SCOPE} order by score desc, p.num limit @limit`,
        )
        .all({ ...parameters(scope), match: anyOf(stems), limit })
    },

    /** The passages nearest to the vector, by cosine. `kind` narrows them. */
    nearest(scope: CandidateScope, vector: Float32Array, limit: number, kind?: PassageKind): Candidate[] {
      if (!hasVectorTable(connection)) return []
      const narrowed = kind === undefined ? IN_SCOPE : `${IN_SCOPE} and p.kind = @kind`
      return connection
        .prepare<unknown[], Candidate>(
          `with ${USABLE}
           select num, 1 - distance as score from passage_vectors
           where embedding match @vector and k = @limit and org_id = @orgId
             and num in (select p.num from passage p where ${narrowed})
           order by distance`,
        )
        .all({ ...parameters(scope), vector, limit, ...(kind === undefined ? {} : { kind }) })
    },

    /** Cosines of passages that were found otherwise. */
    cosines(orgId: string, nums: readonly number[], vector: Float32Array): Map<number, number> {
      if (nums.length === 0 || !hasVectorTable(connection)) return new Map()
      const rows = connection
        .prepare<unknown[], Candidate>(
          `select num, 1 - distance as score from passage_vectors
           where embedding match @vector and k = @limit and org_id = @orgId
             and num in (select value from json_each(@nums))`,
        )
        .all({ orgId, vector, limit: nums.length, nums: JSON.stringify(nums) })
      return new Map(rows.map((row) => [row.num, row.score]))
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
      return countTerms(connection, orgId, stems)
    },
  }
}

function countTerms(connection: Connection, orgId: string, stems: readonly string[]): TermStatistics {
  const passages = count(connection, 'select count(*) as n from passage where org_id = ? and live = 1', orgId)
  const total = count(connection, 'select count(*) as n from passage')
  connection.exec(
    'create virtual table if not exists temp.passage_vocabulary using fts5vocab(main, passage_words, row)',
  )
  const frequency = new Map<string, number>()
  for (const stem of new Set(stems)) {
    const anywhere = count(connection, 'select doc as n from temp.passage_vocabulary where term = ?', stem)
    if (anywhere === 0) continue
    const own =
      passages === total || anywhere > COUNTED_EXACTLY
        ? Math.ceil((anywhere * passages) / Math.max(total, 1))
        : count(
            connection,
            `select count(*) as n from passage_words w join passage p on p.num = w.rowid
             where passage_words match ? and p.org_id = ? and p.live = 1`,
            anyOf([stem]),
            orgId,
          )
    if (own > 0) frequency.set(stem, own)
  }
  return { passages, frequency }
}

function count(connection: Connection, sql: string, ...parameters: string[]): number {
  return connection.prepare<string[], { n: number }>(sql).get(...parameters)?.n ?? 0
}

/** An FTS5 query for any of the stems; quoted, so that no stem is read as an operator. */
function anyOf(stems: readonly string[]): string {
  return [...new Set(stems)].map((stem) => `"${stem.replaceAll('"', '')}"`).join(' OR ')
}
