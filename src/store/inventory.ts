import { setImmediate as nextTurn } from 'node:timers/promises'
import { sql } from 'kysely'
import type { Executor } from './database.js'
import type { JobTable, SourceStatus } from './schema.js'

/** What is held, over all organizations: numbers only. */
export interface Inventory {
  sources: Record<SourceStatus, number>
  /** Passages of the sources that are ready. */
  passages: number
  /** Jobs by task; one under way is among them. */
  jobs: Record<JobTable['task'], number>
}

interface Counted {
  status: SourceStatus
  count: number
  passages: number
  last: number
}

/** Sources counted in one go; so many take about 5 ms. */
const STEP = 5000

/**
 * Counts sources, passages and jobs, in short steps. Passages are not counted, which would take time with their
 * number: each source knows how many it has.
 */
export async function takeInventory(db: Executor, step = STEP): Promise<Inventory> {
  const inventory: Inventory = {
    sources: { pending: 0, processing: 0, ready: 0, failed: 0, deleting: 0 },
    passages: 0,
    jobs: { ingest: 0, delete: 0 },
  }
  for (let after = 0; ;) {
    const counted = await countSources(db, after, step)
    if (counted.length === 0) break
    for (const { status, count, passages } of counted) {
      inventory.sources[status] += count
      if (status === 'ready') inventory.passages += passages
    }
    const last = Math.max(...counted.map((each) => each.last))
    if (last <= after) throw new Error('Sources are not in their order: is the database damaged?')
    after = last
    await nextTurn()
  }
  const jobs = await db
    .selectFrom('job')
    .select((eb) => ['task', eb.fn.countAll<number>().as('count')])
    .groupBy('task')
    .execute()
  for (const { task, count } of jobs) inventory.jobs[task] = count
  return inventory
}

/** The next sources behind that row, added up by status. */
async function countSources(db: Executor, after: number, limit: number): Promise<Counted[]> {
  const { rows } = await sql<Counted>`
    select status, count(*) as count, sum(passages) as passages, max(num) as last
    from (select rowid as num, status, passages from source where rowid > ${after} order by rowid limit ${limit})
    group by status`.execute(db)
  return rows
}
