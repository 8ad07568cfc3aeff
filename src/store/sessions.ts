import { sql, type Selectable, type Updateable } from 'kysely'
import type { Page, Paging } from '../contract/common.js'
import type { Executor } from './database.js'
import type { SessionTable } from './schema.js'

export type SessionRow = Selectable<SessionTable>
export type SessionStore = ReturnType<typeof sessionStore>

export interface SessionFilter {
  assistantId?: string | undefined
  /** The only assistants whose sessions are seen; empty = all. */
  assistantIds: readonly string[]
  visitorId?: string | undefined
  status?: 'active' | 'expired' | undefined
  /** ISO 8601 in UTC: what has not ended by then is active. */
  now: string
  sort: 'newest' | 'oldest'
}

/** Visitor sessions: expiring handles, each on one conversation. */
export function sessionStore(db: Executor) {
  return {
    create: async (row: SessionRow, executor: Executor = db): Promise<void> => {
      await executor.insertInto('session').values(row).execute()
    },

    find: (orgId: string, id: string, executor: Executor = db): Promise<SessionRow | undefined> =>
      executor
        .selectFrom('session')
        .selectAll()
        .where('org_id', '=', orgId)
        .where('id', '=', id)
        .executeTakeFirst(),

    /** By when they were opened. */
    list: async (orgId: string, filter: SessionFilter, paging: Paging): Promise<Page<SessionRow>> => {
      let query = db.selectFrom('session').where('org_id', '=', orgId)
      if (filter.assistantId !== undefined) query = query.where('assistant_id', '=', filter.assistantId)
      if (filter.assistantIds.length > 0) query = query.where('assistant_id', 'in', filter.assistantIds)
      if (filter.visitorId !== undefined) query = query.where('visitor_id', '=', filter.visitorId)
      if (filter.status !== undefined)
        query = query.where('expires_at', filter.status === 'active' ? '>' : '<=', filter.now)
      const direction = filter.sort === 'newest' ? 'desc' : 'asc'
      const rows = await query
        .selectAll()
        .orderBy('created_at', direction)
        .orderBy(sql`session.rowid`, direction)
        .limit(paging.limit)
        .offset(paging.offset)
        .execute()
      const { total } = await query
        .select((eb) => eb.fn.countAll<number>().as('total'))
        .executeTakeFirstOrThrow()
      return { rows, total }
    },

    /** The session that stands for a conversation, unless it has ended. */
    ofConversation: (orgId: string, conversationId: string): Promise<SessionRow | undefined> =>
      db
        .selectFrom('session')
        .selectAll()
        .where('org_id', '=', orgId)
        .where('conversation_id', '=', conversationId)
        .executeTakeFirst(),

    update: async (
      orgId: string,
      id: string,
      changes: Updateable<SessionTable>,
      executor: Executor = db,
    ): Promise<void> => {
      await executor
        .updateTable('session')
        .set(changes)
        .where('org_id', '=', orgId)
        .where('id', '=', id)
        .execute()
    },

    remove: async (orgId: string, id: string, executor: Executor = db): Promise<void> => {
      await executor.deleteFrom('session').where('org_id', '=', orgId).where('id', '=', id).execute()
    },

    /** Pushes the end of a session forward; false when there is no such session any more. */
    extend: async (
      orgId: string,
      id: string,
      expiresAt: string,
      executor: Executor = db,
    ): Promise<boolean> => {
      const changed = await executor
        .updateTable('session')
        .set({ expires_at: expiresAt })
        .where('org_id', '=', orgId)
        .where('id', '=', id)
        .executeTakeFirst()
      return changed.numUpdatedRows > 0
    },
  }
}
