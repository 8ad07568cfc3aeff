import { sql, type Insertable, type Selectable, type SelectQueryBuilder } from 'kysely'
import type { Page, Paging } from '../contract/common.js'
import type { Executor } from './database.js'
import type { FeedbackTable, Schema } from './schema.js'

export type FeedbackRow = Selectable<FeedbackTable>
export type Rating = FeedbackTable['rating']
export type FeedbackStore = ReturnType<typeof feedbackStore>

/** What was rated. */
export type Rated = { session_id: string } | { message_id: string }

export interface FeedbackFilter {
  assistantId?: string | undefined
  /** The only assistants whose feedback is seen; empty = all. */
  assistantIds: readonly string[]
  /** ISO 8601 in UTC; `from` inclusive, `to` exclusive. */
  from?: string | undefined
  to?: string | undefined
}

/** What visitors think of sessions and of single messages: at most one row for each. */
export function feedbackStore(db: Executor) {
  return {
    find: (orgId: string, rated: Rated, executor: Executor = db): Promise<FeedbackRow | undefined> =>
      executor
        .selectFrom('feedback')
        .selectAll()
        .where('org_id', '=', orgId)
        .where(...column(rated))
        .executeTakeFirst(),

    create: async (row: Insertable<FeedbackTable>, executor: Executor = db): Promise<void> => {
      await executor.insertInto('feedback').values(row).execute()
    },

    change: async (
      orgId: string,
      id: string,
      changes: Pick<FeedbackRow, 'rating' | 'comment' | 'updated_at'>,
      executor: Executor = db,
    ): Promise<void> => {
      await executor
        .updateTable('feedback')
        .set(changes)
        .where('org_id', '=', orgId)
        .where('id', '=', id)
        .execute()
    },

    withdraw: async (orgId: string, rated: Rated): Promise<void> => {
      await db
        .deleteFrom('feedback')
        .where('org_id', '=', orgId)
        .where(...column(rated))
        .execute()
    },

    /** Whether there was one; where `assistantIds` names any, only one about those counts. */
    remove: async (orgId: string, id: string, assistantIds: readonly string[]): Promise<boolean> => {
      let query = db.deleteFrom('feedback').where('org_id', '=', orgId).where('id', '=', id)
      if (assistantIds.length > 0) query = query.where('assistant_id', 'in', assistantIds)
      return (await query.executeTakeFirst()).numDeletedRows > 0n
    },

    /** Newest first. */
    list: async (
      orgId: string,
      filter: FeedbackFilter,
      rating: Rating | undefined,
      paging: Paging,
    ): Promise<Page<FeedbackRow>> => {
      let query = within(db.selectFrom('feedback'), orgId, filter)
      if (rating !== undefined) query = query.where('rating', '=', rating)
      const rows = await query
        .selectAll()
        .orderBy('created_at', 'desc')
        .orderBy(sql`feedback.rowid`, 'desc')
        .limit(paging.limit)
        .offset(paging.offset)
        .execute()
      const { total } = await query
        .select((eb) => eb.fn.countAll<number>().as('total'))
        .executeTakeFirstOrThrow()
      return { rows, total }
    },

    /** How often each rating was given. */
    totals: async (orgId: string, filter: FeedbackFilter): Promise<Map<Rating, number>> => {
      const rows = await within(db.selectFrom('feedback'), orgId, filter)
        .select((eb) => ['rating', eb.fn.countAll<number>().as('count')] as const)
        .groupBy('rating')
        .execute()
      return new Map(rows.map(({ rating, count }) => [rating, count]))
    },
  }
}

function column(rated: Rated): ['session_id' | 'message_id', '=', string] {
  return 'session_id' in rated ? ['session_id', '=', rated.session_id] : ['message_id', '=', rated.message_id]
}

function within<O>(query: SelectQueryBuilder<Schema, 'feedback', O>, orgId: string, filter: FeedbackFilter) {
  let found = query.where('org_id', '=', orgId)
  if (filter.assistantId !== undefined) found = found.where('assistant_id', '=', filter.assistantId)
  if (filter.assistantIds.length > 0) found = found.where('assistant_id', 'in', filter.assistantIds)
  if (filter.from !== undefined) found = found.where('created_at', '>=', filter.from)
  if (filter.to !== undefined) found = found.where('created_at', '<', filter.to)
  return found
}
