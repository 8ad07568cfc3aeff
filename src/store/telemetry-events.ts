import type { Insertable } from 'kysely'
import type { Executor } from './database.js'
import type { TelemetryEventTable } from './schema-usage.js'
import type { Span } from './usage-hours.js'

/** Appends events of widgets. */
export async function appendEvents(db: Executor, rows: Insertable<TelemetryEventTable>[]): Promise<void> {
  if (rows.length > 0) await db.insertInto('telemetry_event').values(rows).execute()
}

/** The organization of each of these assistants that exists, whoever asks. */
export async function organizationsOf(db: Executor, assistantIds: string[]): Promise<Map<string, string>> {
  if (assistantIds.length === 0) return new Map()
  const rows = await db
    .selectFrom('assistant')
    .select(['id', 'org_id'])
    .where('id', 'in', assistantIds)
    .execute()
  return new Map(rows.map((row) => [row.id, row.org_id]))
}

/** When an organization's first event was, of those that are still kept. */
export async function firstEventAt(db: Executor, orgId: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('telemetry_event')
    .select('created_at')
    .where('org_id', '=', orgId)
    .orderBy('created_at')
    .limit(1)
    .executeTakeFirst()
  return row?.created_at
}

/** Events by the hour (`2026-05-04T12`) and type. Where `assistants` names any, theirs alone. */
export function eventsByHour(db: Executor, { orgId, from, to }: Span, assistants: readonly string[]) {
  let query = db
    .selectFrom('telemetry_event')
    .select((eb) => [
      eb.fn<string>('substr', ['created_at', eb.val(1), eb.val(13)]).as('hour'),
      'event_type',
      eb.fn.countAll<number>().as('count'),
    ])
    .where('org_id', '=', orgId)
    .where('created_at', '>=', from)
    .where('created_at', '<', to)
    .groupBy(['hour', 'event_type'])
  if (assistants.length > 0) query = query.where('assistant_id', 'in', assistants)
  return query.execute()
}
