import { setImmediate as nextTurn } from 'node:timers/promises'
import { sql } from 'kysely'
import type { Executor } from './database.js'

/** Rows removed at once; so many take about 10 ms. */
const STEP = 500
const DAY_MS = 86_400_000

export interface Retention {
  /** Single requests and events before this are removed. */
  before: string
  /** Counts of hours before this are removed. */
  hoursBefore: string
  /** Events kept at most, over all organizations: anybody may send some. */
  events: number
}

/** Removes what is older than it is to be kept, in short steps; rejects between two of them once it is aborted. */
export async function pruneUsage(
  db: Executor,
  { before, hoursBefore, events }: Retention,
  signal: AbortSignal,
): Promise<void> {
  const pause = () => nextTurn(undefined, { signal })
  for (const table of ['request_log', 'telemetry_event'] as const) await pruneRows(db, table, before, pause)
  const { rows } = await sql<{ last: number | null }>`select max(seq) as last from telemetry_event`.execute(
    db,
  )
  const keepFrom = (rows[0]?.last ?? 0) - events
  while ((await removeEventsUpTo(db, keepFrom)) > 0) await pause()
  const organizations = await db.selectFrom('organization').select('id').execute()
  for (const { id } of organizations)
    for (const table of ['request_hour', 'reply_hour', 'talk_hour'] as const)
      await pruneHours(db, table, id, hoursBefore, pause)
}

type Pause = () => Promise<unknown>

async function pruneRows(
  db: Executor,
  table: 'request_log' | 'telemetry_event',
  before: string,
  pause: Pause,
): Promise<void> {
  for (;;) {
    const old = db
      .selectFrom(table)
      .select('seq')
      .where('created_at', '<', before)
      .orderBy('created_at')
      .limit(STEP)
    const { numDeletedRows } = await db.deleteFrom(table).where('seq', 'in', old).executeTakeFirstOrThrow()
    if (Number(numDeletedRows) < STEP) return
    await pause()
  }
}

async function removeEventsUpTo(db: Executor, seq: number): Promise<number> {
  const old = db
    .selectFrom('telemetry_event')
    .select('seq')
    .where('seq', '<=', seq)
    .orderBy('seq')
    .limit(STEP)
  const { numDeletedRows } = await db
    .deleteFrom('telemetry_event')
    .where('seq', 'in', old)
    .executeTakeFirstOrThrow()
  return Number(numDeletedRows)
}

/** The rows of one day at a time. */
async function pruneHours(
  db: Executor,
  table: 'request_hour' | 'reply_hour' | 'talk_hour',
  orgId: string,
  before: string,
  pause: Pause,
): Promise<void> {
  for (;;) {
    const oldest = await db
      .selectFrom(table)
      .select('hour')
      .where('org_id', '=', orgId)
      .where('hour', '<', before)
      .orderBy('hour')
      .limit(1)
      .executeTakeFirst()
    if (oldest === undefined) return
    const dayLater = new Date(Date.parse(oldest.hour) + DAY_MS).toISOString()
    await db
      .deleteFrom(table)
      .where('org_id', '=', orgId)
      .where('hour', '<', dayLater < before ? dayLater : before)
      .execute()
    await pause()
  }
}
