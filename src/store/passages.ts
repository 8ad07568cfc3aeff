import { randomUUID } from 'node:crypto'
import type { Selectable } from 'kysely'
import type { Executor } from './database.js'
import type { PassageKind, PassageTable } from './schema.js'

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

export type PassageStore = ReturnType<typeof passageStore>

/** The `passage` table. Words and vectors of passages: passage-index.ts. */
export function passageStore(db: Executor) {
  const of = (sourceId: string) => db.selectFrom('passage').where('source_id', '=', sourceId)

  return {
    /** Writes passages that no search finds yet: neither indexed nor live. Answers their row ids, in order. */
    async stage(
      source: { id: string; orgId: string; everyone: boolean },
      passages: NewPassage[],
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
        indexed: 0 as const,
        live: 0 as const,
      }))
      const stored = await db.insertInto('passage').values(rows).returning('num').execute()
      return stored.map((row) => row.num)
    },

    /** The next passages whose words and vector are not written, in reading order. */
    async unindexed(sourceId: string, limit: number): Promise<Passage[]> {
      const rows = await of(sourceId)
        .selectAll()
        .where('indexed', '=', 0)
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
     * Makes up to `limit` of the source's passages findable, which they are once the source is ready.
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

    /** How many passages the source has, and how many of them are indexed. */
    async count(sourceId: string): Promise<{ total: number; indexed: number }> {
      const row = await of(sourceId)
        .select((eb) => [
          eb.fn.countAll<number>().as('total'),
          eb.fn.coalesce(eb.fn.sum<number>('indexed'), eb.val(0)).as('indexed'),
        ])
        .executeTakeFirstOrThrow()
      return { total: row.total, indexed: row.indexed }
    },

    /** Row ids of some of the source's passages, for removal in batches. */
    async nums(sourceId: string, limit: number): Promise<number[]> {
      const rows = await of(sourceId).select('num').limit(limit).execute()
      return rows.map((row) => row.num)
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
