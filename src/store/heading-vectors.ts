import type { Connection } from './database.js'
import type { IndexRecord } from './index-record.js'

/** What stands above a passage (its last heading, or its source's title), embedded by itself. */
export interface HeadingVector {
  /** Id of the embedder. */
  embedder: string
  /** Unit vector. */
  vector: Float32Array
}

/** Writes the vector of what stands above a passage, in place of the same embedder's older one. */
export function writeHeading(connection: Connection, num: number, heading: HeadingVector): void {
  connection
    .prepare('insert or replace into heading_vector(num, embedder, vector) values (?, ?, ?)')
    .run(num, heading.embedder, inBytes(heading.vector))
}

/** Removes what another embedder wrote. */
export function keepHeadingsOf(connection: Connection, embedder: string): void {
  connection.prepare('delete from heading_vector where embedder <> ?').run(embedder)
}

/** Removes, of passages in a span of row ids (ends included), what belongs to neither embedder of the index. */
export function keepHeadingsBetween(
  connection: Connection,
  first: number,
  last: number,
  record: IndexRecord,
): void {
  connection
    .prepare('delete from heading_vector where num between ? and ? and embedder not in (?, ?)')
    .run(first, last, record.live.embedder.id, record.building?.embedder.id ?? record.live.embedder.id)
}

/** Cosines between a vector and the headings above passages, by row id; passages without one are left out. */
export function headingCosines(
  connection: Connection,
  embedder: string,
  nums: readonly number[],
  vector: Float32Array,
): Map<number, number> {
  const rows = connection
    .prepare<[string, string], { num: number; vector: Buffer }>(
      'select num, vector from heading_vector where num in (select value from json_each(?)) and embedder = ?',
    )
    .all(JSON.stringify(nums), embedder)
    .filter((row) => row.vector.length === vector.length)
  return new Map(rows.map((row) => [row.num, cosine(row.vector, vector)]))
}

/** One signed byte for each number: the cosine hardly changes, and a heading takes a quarter of the room. */
function inBytes(vector: Float32Array): Buffer {
  const largest = vector.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  const scale = largest > 0 ? 127 / largest : 0
  return Buffer.from(Int8Array.from(vector, (value) => Math.round(value * scale)).buffer)
}

function cosine(stored: Buffer, vector: Float32Array): number {
  let product = 0
  let square = 0
  for (let at = 0; at < stored.length; at += 1) {
    const value = stored.readInt8(at)
    product += value * (vector[at] ?? 0)
    square += value * value
  }
  return square > 0 ? product / Math.sqrt(square) : 0
}
