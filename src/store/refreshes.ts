import type { Executor } from './database.js'
import { jobStore } from './jobs.js'

const HOUR_MS = 3_600_000
const WEEK_MS = 7 * 24 * HOUR_MS
/** Up to this share sooner or later, so that what was given at the same time does not come round at the same time. */
const JITTER = 0.1

/**
 * When a page that is fetched every so many hours comes round again, ISO 8601; null for one that never does. After
 * failures an hour later, then twice as long each time, up to the longer of a week and its own interval.
 * @param random from 0 to 1.
 */
export function refreshTime(
  hours: number | null,
  failures = 0,
  now = Date.now(),
  random = Math.random(),
): string | null {
  if (hours === null) return null
  const interval = hours * HOUR_MS
  const most = Math.max(interval, WEEK_MS)
  const wait = failures === 0 ? interval : Math.min(most, HOUR_MS * 2 ** Math.min(failures - 1, 20))
  return new Date(now + wait * (1 + JITTER * (2 * random - 1))).toISOString()
}

/** What is written about pages that are fetched again by the clock. */
export function refreshStore(db: Executor) {
  const of = (id: string) => db.updateTable('source').where('id', '=', id).where('status', '!=', 'deleting')

  return {
    /** The page was fetched, or found unchanged: it comes round again as its interval says. */
    async succeeded(id: string): Promise<void> {
      const row = await hoursOf(db, id)
      await of(id)
        .set({ refresh_error: null, refresh_failures: 0, next_refresh_at: refreshTime(row?.hours ?? null) })
        .execute()
    },

    /** It could not be fetched. @param error one sentence; null where the source itself says so, being failed. */
    async failed(id: string, error: string | null): Promise<void> {
      const row = await hoursOf(db, id)
      const failures = (row?.failures ?? 0) + 1
      await of(id)
        .set({
          refresh_error: error,
          refresh_failures: failures,
          next_refresh_at: refreshTime(row?.hours ?? null, failures),
        })
        .execute()
    },

    /** Owes fetching to up to `limit` pages whose time has come and that are owed nothing; answers how many. */
    async oweDue(now: string, limit: number): Promise<number> {
      const rows = await db
        .selectFrom('source')
        .leftJoin('job', 'job.source_id', 'source.id')
        .select(['source.id', 'source.org_id'])
        .where('next_refresh_at', '<=', now)
        .where('status', '!=', 'deleting')
        .where('type', '=', 'url')
        .where('job.source_id', 'is', null)
        .orderBy('next_refresh_at')
        .limit(limit)
        .execute()
      for (const { id, org_id: orgId } of rows) {
        const work = { task: 'ingest', stage: 'fetch', background: true, refresh: true } as const
        await jobStore(db).enqueue({ sourceId: id, orgId, ...work })
      }
      return rows.length
    },
  }
}

/** Pages of a crawl come round with its first page, and never by themselves. */
async function hoursOf(db: Executor, id: string) {
  return db
    .selectFrom('source')
    .select(({ eb }) => [
      eb.case().when('parent_id', 'is', null).then(eb.ref('refresh_hours')).else(null).end().as('hours'),
      'refresh_failures as failures',
    ])
    .where('id', '=', id)
    .executeTakeFirst()
}
