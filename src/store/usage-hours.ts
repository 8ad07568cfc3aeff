import type { Insertable } from 'kysely'
import type { Executor } from './database.js'
import type { ReplyHourTable, RequestHourTable } from './schema-usage.js'

/** What is counted by the hour. Times: `from` is in, `to` is not. */
export interface Span {
  orgId: string
  from: string
  to: string
}

type RequestKey = Pick<RequestHourTable, 'org_id' | 'hour' | 'client_id' | 'method' | 'route' | 'status'>

/** The latencies counted so far under a key, if there are any. */
export async function requestHistogram(db: Executor, key: RequestKey): Promise<string | undefined> {
  const row = await db
    .selectFrom('request_hour')
    .select('histogram')
    .where('org_id', '=', key.org_id)
    .where('hour', '=', key.hour)
    .where('client_id', '=', key.client_id)
    .where('method', '=', key.method)
    .where('route', '=', key.route)
    .where('status', '=', key.status)
    .executeTakeFirst()
  return row?.histogram
}

/** Adds requests to their hour; the histogram given is the whole of the hour's. */
export async function addRequests(db: Executor, row: Insertable<RequestHourTable>): Promise<void> {
  await db
    .insertInto('request_hour')
    .values(row)
    .onConflict((oc) =>
      oc.columns(['org_id', 'hour', 'client_id', 'method', 'route', 'status']).doUpdateSet((eb) => ({
        requests: eb('request_hour.requests', '+', eb.ref('excluded.requests')),
        total_ms: eb('request_hour.total_ms', '+', eb.ref('excluded.total_ms')),
        histogram: eb.ref('excluded.histogram'),
      })),
    )
    .execute()
}

/** Adds replies to their hour. */
export async function addReplies(db: Executor, row: Insertable<ReplyHourTable>): Promise<void> {
  await db
    .insertInto('reply_hour')
    .values(row)
    .onConflict((oc) =>
      oc.columns(['org_id', 'hour', 'client_id', 'assistant_id', 'mode']).doUpdateSet((eb) => ({
        replies: eb('reply_hour.replies', '+', eb.ref('excluded.replies')),
        prompt_tokens: eb('reply_hour.prompt_tokens', '+', eb.ref('excluded.prompt_tokens')),
        cached_tokens: eb('reply_hour.cached_tokens', '+', eb.ref('excluded.cached_tokens')),
        completion_tokens: eb('reply_hour.completion_tokens', '+', eb.ref('excluded.completion_tokens')),
      })),
    )
    .execute()
}

/** Requests, errors and refusals for want of allowance, hour by hour. */
export function requestsByHour(db: Executor, { orgId, from, to }: Span) {
  return db
    .selectFrom('request_hour')
    .select((eb) => [
      'hour',
      eb.fn.sum<number>('requests').as('requests'),
      eb.fn.sum<number | null>('requests').filterWhere('status', '>=', 400).as('errors'),
      eb.fn.sum<number | null>('requests').filterWhere('status', '=', 429).as('limited'),
    ])
    .where('org_id', '=', orgId)
    .where('hour', '>=', from)
    .where('hour', '<', to)
    .groupBy('hour')
    .execute()
}

/** Requests and errors of each client. */
export function requestsByClient(db: Executor, { orgId, from, to }: Span) {
  return db
    .selectFrom('request_hour')
    .select((eb) => [
      'client_id',
      eb.fn.sum<number>('requests').as('requests'),
      eb.fn.sum<number | null>('requests').filterWhere('status', '>=', 400).as('errors'),
    ])
    .where('org_id', '=', orgId)
    .where('hour', '>=', from)
    .where('hour', '<', to)
    .groupBy('client_id')
    .execute()
}

/** What is known of each route, status by status, an hour and a client a row. */
export function requestsByRoute(db: Executor, { orgId, from, to }: Span) {
  return db
    .selectFrom('request_hour')
    .select(['method', 'route', 'status', 'requests', 'histogram'])
    .where('org_id', '=', orgId)
    .where('hour', '>=', from)
    .where('hour', '<', to)
    .execute()
}

/** Replies and their tokens, hour by hour and mode by mode. Where `assistants` names any, theirs alone. */
export function repliesByHour(db: Executor, { orgId, from, to }: Span, assistants: readonly string[] = []) {
  let query = db
    .selectFrom('reply_hour')
    .select((eb) => [
      'hour',
      'mode',
      eb.fn.sum<number>('replies').as('replies'),
      eb.fn.sum<number>('prompt_tokens').as('prompt_tokens'),
      eb.fn.sum<number>('cached_tokens').as('cached_tokens'),
      eb.fn.sum<number>('completion_tokens').as('completion_tokens'),
    ])
    .where('org_id', '=', orgId)
    .where('hour', '>=', from)
    .where('hour', '<', to)
    .groupBy(['hour', 'mode'])
  if (assistants.length > 0) query = query.where('assistant_id', 'in', assistants)
  return query.execute()
}

/** Sessions begun and messages kept, hour by hour. */
export function talksByHour(db: Executor, { orgId, from, to }: Span) {
  return db
    .selectFrom('talk_hour')
    .select(['hour', 'sessions', 'messages'])
    .where('org_id', '=', orgId)
    .where('hour', '>=', from)
    .where('hour', '<', to)
    .execute()
}
