import type { Connection } from './database.js'
import { keepHeadingsOf, writeHeading, type HeadingVector } from './heading-vectors.js'
import { readIndexRecord, writeIndexRecord, type Slot } from './index-record.js'
import { packVector } from './vector-form.js'
import { noteDeletedWords } from './word-tidying.js'

/** What the searches look a passage up by. */
export interface IndexEntry {
  /** Row id in `passage`. */
  num: number
  orgId: string
  /** Stems of what stands above the text (title, section), joined by spaces. */
  title: string
  /** Stems of the text, joined by spaces. */
  body: string
  /** Unit vector of the text; null when it has none for now, and is found by words alone. */
  vector: Float32Array | null
  /** SHA-256 of the text that was embedded, so that it need not be embedded again. */
  textHash?: Buffer | null
  /** What stands above it, embedded by itself. */
  heading?: HeadingVector | undefined
  /** Whose vector it is; default: that of the embedder whose vectors are searched. */
  slot?: Slot
}

export type PassageIndex = ReturnType<typeof passageIndex>

/**
 * Writes the word index (FTS5) and the vectors of passages. Who may find a passage is read from `passage`, `source` and
 * `source_assistant` at search time and is not repeated here.
 * Calls are synchronous and take part in whatever transaction the connection is in.
 */
export function passageIndex(connection: Connection) {
  return {
    /**
     * Makes the index one of this embedder at once. `replaced` means that it held another's vectors: it is empty now, words
     * included. A running appliance does it without a gap: see index-rebuild.ts.
     */
    ensureVectorTable(dimension: number, embedder: string): 'unchanged' | 'created' | 'replaced' {
      const recorded = readIndexRecord(connection)
      const known = recorded?.live.embedder
      if (known?.id === embedder && known.dimension === dimension) return 'unchanged'
      connection.transaction(() => {
        connection.exec('delete from passage_vector')
        connection.exec(`insert into passage_words(passage_words) values ('delete-all')`)
        keepHeadingsOf(connection, embedder)
        const live = { slot: 0 as const, embedder: { id: embedder, dimension, hash: null } }
        writeIndexRecord(connection, { live, building: null, spoiled: null })
        forgetSources(connection)
      })()
      return recorded === undefined ? 'created' : 'replaced'
    },

    /** Writes a passage's words and vector, in place of older ones. */
    insert(entry: IndexEntry): void {
      removeEntry(connection, entry.num)
      connection
        .prepare('insert into passage_words(rowid, title, body) values (?, ?, ?)')
        .run(entry.num, entry.title, entry.body)
      if (entry.vector !== null) {
        const slot = entry.slot ?? readIndexRecord(connection)?.live.slot ?? 0
        insertVector(connection, { ...entry, slot, vector: packVector(entry.vector) })
      }
      if (entry.heading !== undefined) writeHeading(connection, entry.num, entry.heading)
      tellOfChange(connection, entry.num)
    },

    /** Removes words and vectors of passages; those never indexed are passed over. */
    remove(nums: readonly number[]): void {
      for (const num of nums) removeEntry(connection, num)
      if (nums.length > 0) noteDeletedWords(connection)
    },
  }
}

/** Writes a stored vector (packVector) of a passage, in place of the one in its slot. */
export function insertVector(
  connection: Connection,
  entry: { num: number; slot: Slot; textHash?: Buffer | null; vector: Buffer },
): void {
  connection
    .prepare('insert or replace into passage_vector(place, text_hash, vector) values (?, ?, ?)')
    .run(placeOf(entry.num, entry.slot), entry.textHash ?? null, entry.vector)
}

/** Where the vector of a passage lies: two places a passage, one for each slot. */
export function placeOf(num: number, slot: Slot): number {
  return num * 2 + slot
}

function removeEntry(connection: Connection, num: number): void {
  connection.prepare('delete from passage_words where rowid = ?').run(num)
  connection.prepare('delete from passage_vector where place in (?, ?)').run(placeOf(num, 0), placeOf(num, 1))
}

/** What searches keep of a live source in memory is read anew; passages of a coming version are not searched yet. */
function tellOfChange(connection: Connection, num: number): void {
  connection
    .prepare(
      `insert into search_change(source_id) select s.id from passage p join source s
       on s.id = p.source_id and s.live_version = p.version where p.num = ?`,
    )
    .run(num)
}

/** Whatever searches keep in memory is read anew. */
function forgetSources(connection: Connection): void {
  connection.exec('insert into search_change(source_id) select id from source where live_version is not null')
}
