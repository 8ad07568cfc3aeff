import { randomUUID } from 'node:crypto'
import { sql, type Selectable } from 'kysely'
import type { Executor } from './database.js'
import type { PassageKind, PassageTable, SourceType } from './schema.js'

/** A piece of a source's text, as it is searched and quoted. */
export interface Passage {
  /** Row id shared with the word and vector indexes. */
  num: number
  id: string
  orgId: string
  sourceId: string
  /** 0-based place in the source. */
  ordinal: number
  kind: PassageKind
  text: string
  page: number | null
  section: string | null
  startOffset: number
  endOffset: number
  language: string | null
  everyone: boolean
}

/** A passage that has no row yet. */
export type NewPassage = Pick<
  Passage,
  'ordinal' | 'kind' | 'text' | 'page' | 'section' | 'startOffset' | 'endOffset' | 'language'
>

/** A passage that can be found, with what is shown of its source and what stands before and after it. */
export interface PassageInPlace {
  passage: Passage
  before: Passage | null
  after: Passage | null
  source: { type: SourceType; title: string; url: string | null }
}

export type PassageStore = ReturnType<typeof passageStore>

/** The `passage` table. Words and vectors of passages: passage-index.ts. */
export function passageStore(db: Executor) {
  const of = (sourceId: string) => db.selectFrom('passage').where('source_id', '=', sourceId)

  return {
    /**
     * Writes passages that no search finds yet: neither indexed nor live. Answers their row ids, in order.
     * @param version above the live one of their source, whose passages stay as they are.
     */
    async stage(
      source: { id: string; orgId: string; everyone: boolean },
      passages: NewPassage[],
      version = 1,
    ): Promise<number[]> {
      if (passages.length === 0) return []
      const rows = passages.map((passage) => ({
        id: randomUUID(),
        org_id: source.orgId,
        source_id: source.id,
        ordinal: passage.ordinal,
        kind: passage.kind,
        text: passage.text,
        page: passage.page,
        section: passage.section,
        start_offset: passage.startOffset,
        end_offset: passage.endOffset,
        language: passage.language,
        everyone: source.everyone ? (1 as const) : (0 as const),
        version,
        indexed: 0 as const,
        live: 0 as const,
      }))
      const stored = await db.insertInto('passage').values(rows).returning('num').execute()
      return stored.map((row) => row.num)
    },

    /** The next passages after an ordinal whose words and vector are not written, in reading order. */
    async unindexed(sourceId: string, limit: number, afterOrdinal = -1): Promise<Passage[]> {
      const rows = await of(sourceId)
        .selectAll()
        .where('indexed', '=', 0)
        .where('ordinal', '>', afterOrdinal)
        .orderBy('ordinal')
        .limit(limit)
        .execute()
      return rows.map(toPassage)
    },

    /** Notes that words and vectors of these rows are written; same transaction as writing them. */
    async markIndexed(nums: number[]): Promise<void> {
      await db.updateTable('passage').set({ indexed: 1 }).where('num', 'in', nums).execute()
    },

    /**
     * Makes up to `limit` of the source's passages findable, which they are once their version is the live one.
     * Answers how many it were, so that a large source is done in short steps.
     */
    async setLive(sourceId: string, limit = Number.MAX_SAFE_INTEGER): Promise<number> {
      const { numUpdatedRows } = await db
        .updateTable('passage')
        .set({ live: 1 })
        .where('num', 'in', of(sourceId).select('num').where('live', '=', 0).limit(limit))
        .executeTakeFirst()
      return Number(numUpdatedRows)
    },

    /** The source's newest version; 0 when it has no passages. */
    async newestVersion(sourceId: string): Promise<number> {
      const { version } = await of(sourceId)
        .select((eb) => eb.fn.coalesce(eb.fn.max('version'), eb.val(0)).as('version'))
        .executeTakeFirstOrThrow()
      return version
    },

    /** How many passages a version of the source has, and how many of them are indexed. */
    async count(sourceId: string, version: number): Promise<{ total: number; indexed: number }> {
      const row = await of(sourceId)
        .where('version', '=', version)
        .select((eb) => [
          eb.fn.countAll<number>().as('total'),
          eb.fn.coalesce(eb.fn.sum<number>('indexed'), eb.val(0)).as('indexed'),
        ])
        .executeTakeFirstOrThrow()
      return { total: row.total, indexed: row.indexed }
    },

    /** Row ids of some of the source's passages, for removal in batches; those of the version `keep` are passed over. */
    async nums(sourceId: string, limit: number, keep: number | null = null): Promise<number[]> {
      const rows = await of(sourceId)
        .select('num')
        .$if(keep !== null, (query) => query.where('version', '!=', keep))
        .limit(limit)
        .execute()
      return rows.map((row) => row.num)
    },

    /** A passage that searches can find, or undefined: another organization's, replaced, or of a source that is gone. */
    async inPlace(orgId: string, id: string): Promise<PassageInPlace | undefined> {
      const row = await db
        .selectFrom('passage')
        .innerJoin('source', 'source.id', 'passage.source_id')
        .selectAll('passage')
        .select(['source.type', 'source.title', 'source.url'])
        .where('passage.org_id', '=', orgId)
        .where('passage.id', '=', id)
        .where('passage.live', '=', 1)
        .where('source.status', '!=', 'deleting')
        .whereRef('source.live_version', '=', 'passage.version')
        .executeTakeFirst()
      if (row === undefined) return undefined
      const around = await of(row.source_id)
        .selectAll()
        .where('version', '=', row.version)
        .where('ordinal', 'in', [row.ordinal - 1, row.ordinal + 1])
        .execute()
      const at = (ordinal: number) => around.find((other) => other.ordinal === ordinal)
      const [before, after] = [at(row.ordinal - 1), at(row.ordinal + 1)]
      return {
        passage: toPassage(row),
        before: before === undefined ? null : toPassage(before),
        after: after === undefined ? null : toPassage(after),
        source: { type: row.type, title: row.title, url: row.url },
      }
    },

    /** Whether a message of the conversation cites the passage. */
    async isCited(orgId: string, conversationId: string, id: string): Promise<boolean> {
      const row = await db
        .selectFrom('message')
        .select('message.id')
        .where('org_id', '=', orgId)
        .where('conversation_id', '=', conversationId)
        .where(
          sql<boolean>`exists (select 1 from json_each(message.sources) cited where cited.value ->> 'passage_id' = ${id})`,
        )
        .executeTakeFirst()
      return row !== undefined
    },

    /** Removes rows; their words and vectors must go in the same transaction. */
    async remove(nums: number[]): Promise<void> {
      await db.deleteFrom('passage').where('num', 'in', nums).execute()
    },
  }
}

function toPassage(row: Selectable<PassageTable>): Passage {
  return {
    num: row.num,
    id: row.id,
    orgId: row.org_id,
    sourceId: row.source_id,
    ordinal: row.ordinal,
    kind: row.kind,
    text: row.text,
    page: row.page,
    section: row.section,
    startOffset: row.start_offset,
    endOffset: row.end_offset,
    language: row.language,
    everyone: row.everyone === 1,
  }
}
