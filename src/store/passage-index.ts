import { z } from 'zod'
import type { Connection } from './database.js'
import { keepHeadingsOf, writeHeading, type HeadingVector } from './heading-vectors.js'

/** Raised when what is indexed of a passage changes: everything must then be indexed anew. */
const FORMAT = 2
const SETTING = 'passage_index'
const Recorded = z.object({ embedder: z.string(), dimension: z.int(), format: z.int() })

/** What the searches look a passage up by. */
export interface IndexEntry {
  /** Row id in `passage`. */
  num: number
  orgId: string
  /** Stems of what stands above the text (title, section), joined by spaces. */
  title: string
  /** Stems of the text, joined by spaces. */
  body: string
  /** Unit vector of the text. */
  vector: Float32Array
  /** What stands above it, embedded by itself. */
  heading?: HeadingVector | undefined
}

export type PassageIndex = ReturnType<typeof passageIndex>

/**
 * Writes the word index (FTS5) and the vector index (sqlite-vec) of passages. Who may find a passage is
 * read from `passage` and `source_assistant` at search time and is not repeated here.
 * Calls are synchronous and take part in whatever transaction the connection is in.
 */
export function passageIndex(connection: Connection) {
  return {
    /**
     * Makes the vector table fit the embedder. `replaced` means that another embedder (or another way of
     * stemming) wrote the index: it is empty now, and every passage must be indexed anew.
     */
    ensureVectorTable(dimension: number, embedder: string): 'unchanged' | 'created' | 'replaced' {
      const wanted = { embedder, dimension, format: FORMAT }
      const recorded = readRecorded(connection)
      if (recorded !== undefined && JSON.stringify(recorded) === JSON.stringify(wanted)) return 'unchanged'
      connection.transaction(() => {
        connection.exec('drop table if exists passage_vectors')
        connection.exec(vectorTable(dimension))
        connection.exec(`insert into passage_words(passage_words) values ('delete-all')`)
        keepHeadingsOf(connection, embedder)
        connection
          .prepare('insert or replace into setting(key, value) values (?, ?)')
          .run(SETTING, JSON.stringify(wanted))
      })()
      return recorded === undefined ? 'created' : 'replaced'
    },

    /** Writes a passage's words and vector, in place of older ones. Needs the vector table. */
    insert(entry: IndexEntry): void {
      removeEntry(connection, entry.num)
      connection
        .prepare('insert into passage_words(rowid, title, body) values (?, ?, ?)')
        .run(entry.num, entry.title, entry.body)
      // @NOTE vec0 refuses a JS number as row id.
      connection
        .prepare('insert into passage_vectors(num, org_id, embedding) values (?, ?, ?)')
        .run(BigInt(entry.num), entry.orgId, entry.vector)
      if (entry.heading !== undefined) writeHeading(connection, entry.num, entry.heading)
    },

    /** Removes words and vectors of passages; those never indexed are passed over. */
    remove(nums: readonly number[]): void {
      for (const num of nums) removeEntry(connection, num)
    },
  }
}

/** Whether the vector table exists, so that searches and removals can do without it. */
export function hasVectorTable(connection: Connection): boolean {
  const row = connection.prepare(`select 1 from sqlite_master where name = 'passage_vectors'`).get()
  return row !== undefined
}

function removeEntry(connection: Connection, num: number): void {
  connection.prepare('delete from passage_words where rowid = ?').run(num)
  if (hasVectorTable(connection)) {
    connection.prepare('delete from passage_vectors where num = ?').run(BigInt(num))
  }
}

/**
 * The statement that makes the table of vectors with so many numbers each. The organization partitions it: another's
 * vectors are not even read.
 * @throws RangeError for what is no number of numbers.
 */
export function vectorTable(dimension: number): string {
  if (!Number.isInteger(dimension) || dimension < 1)
    throw new RangeError(`No dimension: ${String(dimension)}`)
  return `create virtual table passage_vectors using vec0(
    num integer primary key, org_id text partition key,
    embedding float[${String(dimension)}] distance_metric=cosine
  )`
}

function readRecorded(connection: Connection): z.infer<typeof Recorded> | undefined {
  const row = connection
    .prepare<[string], { value: string }>('select value from setting where key = ?')
    .get(SETTING)
  const parsed = row === undefined ? undefined : Recorded.safeParse(JSON.parse(row.value))
  return parsed?.success === true ? parsed.data : undefined
}
