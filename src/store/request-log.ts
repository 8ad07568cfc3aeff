import { sql, type Insertable, type Selectable } from 'kysely'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Page, Paging } from '../contract/common.js'
import type { Executor } from './database.js'
import type { RequestLogTable } from './schema-usage.js'

export type RequestLogRow = Selectable<RequestLogTable>

/** What the log is narrowed to. Times: `from` is in, `to` is not. */
export interface RequestLogFilter {
  from: string
  to: string
  status?: number | undefined
  method?: string | undefined
  route?: string | undefined
  clientId?: string | undefined
}

/** Rows looked at in one go; so many take about 10 ms. */
const STEP = 4000
/** Rows counted in one go where nothing but their number is wanted; about 10 ms too. */
const COUNT_STEP = 50_000

interface Step {
  seen: number
  matching: number
  created_at: string
  seq: number
}

/** Appends requests, in the order in which they ended. */
export async function appendRequests(db: Executor, rows: Insertable<RequestLogTable>[]): Promise<void> {
  await db.insertInto('request_log').values(rows).execute()
}

/** One page of an organization's requests, newest first, and how many there are in all. Works in short steps. */
export async function listRequests(
  db: Executor,
  orgId: string,
  filter: RequestLogFilter,
  { limit, offset }: Paging,
  step = STEP,
): Promise<Page<RequestLogRow>> {
  if (!isNarrowed(filter)) {
    const page = sql`select seq from request_log where org_id = ${orgId} and created_at >= ${filter.from}
      and created_at < ${filter.to} order by created_at desc, seq desc limit ${limit} offset ${offset}`
    const { rows } = await sql<RequestLogRow>`
      select * from request_log where seq in (${page}) order by created_at desc, seq desc`.execute(db)
    return { rows, total: await countAll(db, orgId, filter) }
  }
  const rows: RequestLogRow[] = []
  let total = 0
  for (let before = { created_at: filter.to, seq: 0 }; ;) {
    const found = await countStep(db, orgId, filter, before, step)
    if (found === undefined) return { rows, total }
    const skip = Math.max(0, offset - total)
    const missing = limit - rows.length
    if (missing > 0 && skip < found.matching) {
      rows.push(...(await readStep(db, orgId, filter, before, step, { limit: missing, offset: skip })))
    }
    total += found.matching
    if (found.seen < step) return { rows, total }
    before = found
    await nextTurn()
  }
}

type Cursor = Pick<Step, 'created_at' | 'seq'>

function isNarrowed({ status, method, route, clientId }: RequestLogFilter): boolean {
  return [status, method, route, clientId].some((wanted) => wanted !== undefined)
}

/** All of a time, counted in the index alone, from the newest back. */
async function countAll(db: Executor, orgId: string, { from, to }: RequestLogFilter): Promise<number> {
  let total = 0
  for (let before: Cursor = { created_at: to, seq: 0 }; ;) {
    const step = sql`select created_at, seq from request_log where org_id = ${orgId} and created_at >= ${from}
      and (created_at, seq) < (${before.created_at}, ${before.seq}) order by created_at desc, seq desc`
    const { rows } = await sql<Cursor>`${step} limit 1 offset ${COUNT_STEP - 1}`.execute(db)
    const [last] = rows
    if (last === undefined) {
      const rest = await sql<{ rest: number }>`select count(*) as rest from (${step})`.execute(db)
      return total + (rest.rows[0]?.rest ?? 0)
    }
    total += COUNT_STEP
    before = last
    await nextTurn()
  }
}

/** The next rows before the cursor, newest first, whether they match or not. */
function stepOf(orgId: string, { from }: RequestLogFilter, before: Cursor, step: number) {
  return sql`select * from request_log where org_id = ${orgId} and created_at >= ${from}
    and (created_at, seq) < (${before.created_at}, ${before.seq}) order by created_at desc, seq desc limit ${step}`
}

function matches({ status, method, route, clientId }: RequestLogFilter) {
  const conditions = [
    ...(status === undefined ? [] : [sql`status = ${status}`]),
    ...(method === undefined ? [] : [sql`method = ${method}`]),
    ...(route === undefined ? [] : [sql`route = ${route}`]),
    ...(clientId === undefined ? [] : [sql`client_id = ${clientId}`]),
  ]
  return conditions.length === 0 ? sql`true` : sql.join(conditions, sql` and `)
}

async function countStep(
  db: Executor,
  orgId: string,
  filter: RequestLogFilter,
  before: Cursor,
  step: number,
): Promise<Step | undefined> {
  const { rows } = await sql<Step>`
    with step as (${stepOf(orgId, filter, before, step)}),
    last as (select created_at, seq from step order by created_at, seq limit 1)
    select count(*) as seen, count(*) filter (where ${matches(filter)}) as matching,
      (select created_at from last) as created_at, (select seq from last) as seq from step`.execute(db)
  const [found] = rows
  return found === undefined || found.seen === 0 ? undefined : found
}

async function readStep(
  db: Executor,
  orgId: string,
  filter: RequestLogFilter,
  before: Cursor,
  step: number,
  { limit, offset }: Paging,
): Promise<RequestLogRow[]> {
  const { rows } = await sql<RequestLogRow>`
    with step as (${stepOf(orgId, filter, before, step)})
    select * from step where ${matches(filter)} order by created_at desc, seq desc
    limit ${limit} offset ${offset}`.execute(db)
  return rows
}
