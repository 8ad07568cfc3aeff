import type { Connection } from './database.js'
import {
  isSameEmbedder,
  readIndexRecord,
  writeIndexRecord,
  type IndexEmbedder,
  type IndexRecord,
  type Slot,
} from './index-record.js'
import { keepHeadingsBetween, writeHeading, type HeadingVector } from './heading-vectors.js'
import { insertVector, placeOf } from './passage-index.js'
import type { PassageKind } from './schema.js'
import { packVector } from './vector-form.js'

/** Row ids that are looked through in one step. */
const SPAN = 1000

/** A passage whose vector is missing, with all that is embedded of it. */
export interface Unembedded {
  num: number
  kind: PassageKind
  title: string
  section: string | null
  text: string
  language: string | null
}

/**
 * Makes the index fit the embedder of this start. `rebuilding`: it holds another's vectors, which are searched until those of
 * this one are all there. Call before any job runs.
 */
export function prepareIndex(
  connection: Connection,
  embedder: IndexEmbedder,
): 'unchanged' | 'created' | 'rebuilding' {
  const record = readIndexRecord(connection)
  if (record === undefined || isEmpty(connection)) {
    const slot = record?.live.slot ?? 0
    writeIndexRecord(connection, { live: { slot, embedder }, building: null, spoiled: null })
    return 'created'
  }
  const isBuilt = isSameEmbedder(record.live.embedder, embedder)
  const { building } = record
  if (building !== null && (isBuilt || !isSameEmbedder(building.embedder, embedder)))
    writeIndexRecord(connection, { ...record, building: null, spoiled: building.slot })
  if (isBuilt) noteEmbedder(connection, embedder)
  return isBuilt ? 'unchanged' : 'rebuilding'
}

/** Opens the other slot for the embedder, once that is empty. */
export function openSlot(connection: Connection, record: IndexRecord, embedder: IndexEmbedder): void {
  const slot = record.live.slot === 0 ? 1 : 0
  writeIndexRecord(connection, { ...record, building: { slot, embedder } })
}

/**
 * Passages without a vector in the slot, in order of their row ids, among the next thousand after a row id; `next` is where to
 * go on, undefined at the end. So no step takes long, however many have theirs.
 */
export function unembedded(
  connection: Connection,
  slot: Slot,
  after: number,
  limit: number,
): { missing: Unembedded[]; next: number | undefined } {
  const missing = connection
    .prepare<[number, number, number, number], Unembedded>(
      `select p.num, p.kind, s.title, p.section, p.text, p.language from passage p join source s on s.id = p.source_id
       left join passage_vector v on v.place = p.num * 2 + ?
       where p.num > ? and p.num <= ? and p.indexed = 1 and v.place is null order by p.num limit ?`,
    )
    .all(slot, after, after + SPAN, limit)
  const last = missing.at(-1)
  if (missing.length === limit && last !== undefined) return { missing, next: last.num }
  const next = connection
    .prepare<[number], number>('select num from passage where num > ? order by num limit 1')
    .pluck()
    .get(after + SPAN)
  return { missing, next: next === undefined ? undefined : next - 1 }
}

/** Stores vectors in a slot; of passages that are gone meanwhile, none. */
export function storeVectors(
  connection: Connection,
  slot: Slot,
  vectors: readonly {
    num: number
    vector: Float32Array
    textHash: Buffer
    heading?: HeadingVector | undefined
  }[],
): void {
  const exists = connection.prepare('select 1 from passage where num = ?')
  for (const { num, vector, textHash, heading } of vectors) {
    if (exists.get(num) === undefined) continue
    insertVector(connection, { num, slot, textHash, vector: packVector(vector) })
    if (heading !== undefined) writeHeading(connection, num, heading)
  }
}

/** How many passages are indexed, and how many of them have a vector in the slot. Reads the whole index. */
export function countVectors(connection: Connection, slot: Slot): { total: number; done: number } {
  const count = (sql: string, ...parameters: number[]) =>
    connection
      .prepare<number[], number>(sql)
      .pluck()
      .get(...parameters) ?? 0
  return {
    total: count('select count(*) from passage where indexed = 1'),
    done: count('select count(*) from passage_vector where place % 2 = ?', slot),
  }
}

/** From this transaction on the slot that was built is searched, and the other one is of no use any more. */
export function swapSlots(connection: Connection): void {
  const record = readIndexRecord(connection)
  if (record === undefined || record.building === null) throw new Error('No index is being built.')
  writeIndexRecord(connection, { live: record.building, building: null, spoiled: record.live.slot })
}

/**
 * Removes some vectors of a slot that is of no use any more, beginning after a place; answers where to go on, or undefined,
 * with the slot free again, when none is left.
 */
export function emptySlot(
  connection: Connection,
  record: IndexRecord,
  after: number,
  limit: number,
): number | undefined {
  const slot = record.spoiled ?? 0
  const places = connection
    .prepare<number[], number>(
      'select place from passage_vector where place > ? and place % 2 = ? order by place limit ?',
    )
    .pluck()
    .all(after, slot, limit)
  const remove = connection.prepare('delete from passage_vector where place = ?')
  for (const place of places) remove.run(place)
  keepHeadingsBetween(connection, Math.floor(after / 2), Math.floor((places.at(-1) ?? after) / 2), record)
  if (places.length < limit) writeIndexRecord(connection, { ...record, spoiled: null })
  return places.length < limit ? undefined : places.at(-1)
}

/** Vectors of a source's passages by the hash of what was embedded: where each lies. */
export function vectorsByText(connection: Connection, sourceId: string, slot: Slot): Map<string, number> {
  const rows = connection
    .prepare<[number, string], { hash: string; place: number }>(
      `select hex(v.text_hash) as hash, v.place from passage p join passage_vector v on v.place = p.num * 2 + ?
       where p.source_id = ? and v.text_hash is not null`,
    )
    .all(slot, sourceId)
  return new Map(rows.map(({ hash, place }) => [hash, place]))
}

/** Gives a passage the vector that another one of the same text has; answers false when that is gone. */
export function copyVector(connection: Connection, from: number, num: number, slot: Slot): boolean {
  const { changes } = connection
    .prepare(
      `insert or replace into passage_vector(place, text_hash, vector)
       select ?, text_hash, vector from passage_vector where place = ?`,
    )
    .run(placeOf(num, slot), from)
  return changes > 0
}

function isEmpty(connection: Connection): boolean {
  return connection.prepare('select 1 from passage where indexed = 1 limit 1').get() === undefined
}

/** What is known of the embedder now, where the same was known less of. */
function noteEmbedder(connection: Connection, embedder: IndexEmbedder): void {
  const record = readIndexRecord(connection)
  if (record !== undefined && JSON.stringify(record.live.embedder) !== JSON.stringify(embedder))
    writeIndexRecord(connection, { ...record, live: { ...record.live, embedder } })
}
