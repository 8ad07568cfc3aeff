import { z } from 'zod'
import type { Connection } from './database.js'

/** A model that turns texts into vectors, as the index knows it. */
export interface IndexEmbedder {
  id: string
  dimension: number
  /** SHA-256 of its files and of what changes its vectors; null for an index from before this was kept. */
  hash: string | null
}

/** Vectors of two models can lie side by side: each in a slot of its own. */
export type Slot = 0 | 1

/** Whose vectors lie where. */
export interface IndexRecord {
  /** What is searched. */
  live: { slot: Slot; embedder: IndexEmbedder }
  /** What will be searched once it is whole. */
  building: { slot: Slot; embedder: IndexEmbedder } | null
  /** Rows of this slot are of no use any more and must go before it is used again. */
  spoiled: Slot | null
}

const SETTING = 'passage_index'
const EmbedderShape = z.object({ id: z.string(), dimension: z.int(), hash: z.string().nullable() })
const SlotShape = z.union([z.literal(0), z.literal(1)])
const Side = z.object({ slot: SlotShape, embedder: EmbedderShape })
const RecordShape = z.object({ live: Side, building: Side.nullable(), spoiled: SlotShape.nullable() })
/** As 0.1 kept it. */
const Earlier = z.object({ embedder: z.string(), dimension: z.int() })

/** Whose vectors the index holds; undefined before the first embedder was started. */
export function readIndexRecord(connection: Connection): IndexRecord | undefined {
  const row = connection
    .prepare<[string], { value: string }>('select value from setting where key = ?')
    .get(SETTING)
  if (row === undefined) return undefined
  const value: unknown = JSON.parse(row.value)
  const kept = RecordShape.safeParse(value)
  if (kept.success) return kept.data
  const earlier = Earlier.safeParse(value)
  if (!earlier.success) return undefined
  const { embedder: id, dimension } = earlier.data
  return { live: { slot: 0, embedder: { id, dimension, hash: null } }, building: null, spoiled: null }
}

/** Notes whose vectors lie where; in the transaction of whatever makes it true. */
export function writeIndexRecord(connection: Connection, record: IndexRecord): void {
  connection
    .prepare('insert or replace into setting(key, value) values (?, ?)')
    .run(SETTING, JSON.stringify(record))
}

/** Whether two give the same vectors, as far as can be told. */
export function isSameEmbedder(a: IndexEmbedder, b: IndexEmbedder): boolean {
  if (a.dimension !== b.dimension) return false
  return a.hash !== null && b.hash !== null ? a.hash === b.hash : a.id === b.id
}

/** Where the vectors of this embedder lie; undefined when the index holds none of it. */
export function slotOf(record: IndexRecord | undefined, embedder: IndexEmbedder): Slot | undefined {
  const sides = record === undefined ? [] : [record.live, record.building]
  return sides.find((side) => side !== null && isSameEmbedder(side.embedder, embedder))?.slot
}
