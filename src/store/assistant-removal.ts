import { sql } from 'kysely'
import type { Executor } from './database.js'

/** What goes with an assistant, a bounded piece at a time. */
export function assistantRemoval(db: Executor) {
  return {
    /** Up to `limit` of the assistant's conversations. */
    conversations: async (assistantId: string, limit: number): Promise<string[]> => {
      const rows = await db
        .selectFrom('conversation')
        .select('id')
        .where('assistant_id', '=', assistantId)
        .limit(limit)
        .execute()
      return rows.map(({ id }) => id)
    },

    /** Removes up to `limit` messages of these conversations, with the feedback on them; answers how many. */
    removeMessages: async (conversationIds: string[], limit: number): Promise<number> => {
      const { numDeletedRows } = await db
        .deleteFrom('message')
        .where('seq', 'in', (eb) =>
          eb.selectFrom('message').select('seq').where('conversation_id', 'in', conversationIds).limit(limit),
        )
        .executeTakeFirst()
      return Number(numDeletedRows)
    },

    /** Removes conversations with their sessions; their messages should be gone. */
    removeConversations: async (ids: string[]): Promise<void> => {
      await db.deleteFrom('conversation').where('id', 'in', ids).execute()
    },

    /** Removes up to `limit` groups of unanswered questions; answers how many. */
    removeUnanswered: async (assistantId: string, limit: number): Promise<number> => {
      const { numDeletedRows } = await db
        .deleteFrom('unanswered_group')
        .where('id', 'in', (eb) =>
          eb.selectFrom('unanswered_group').select('id').where('assistant_id', '=', assistantId).limit(limit),
        )
        .executeTakeFirst()
      return Number(numDeletedRows)
    },

    /** Hides up to `limit` of the sources that are reserved to this assistant alone, and owes their deletion; answers which. */
    releaseSources: async (assistantId: string, limit: number): Promise<string[]> => {
      const rows = await db
        .selectFrom('source')
        .select(['id', 'org_id'])
        .where('everyone', '=', 0)
        .where('status', '!=', 'deleting')
        .where('id', 'in', (eb) =>
          eb.selectFrom('source_assistant').select('source_id').where('assistant_id', '=', assistantId),
        )
        .where(
          sql<boolean>`not exists (select 1 from source_assistant as other where other.source_id = source.id and other.assistant_id != ${assistantId})`,
        )
        .limit(limit)
        .execute()
      if (rows.length === 0) return []
      const now = new Date().toISOString()
      const ids = rows.map(({ id }) => id)
      await db
        .updateTable('source')
        .set({ status: 'deleting', updated_at: now })
        .where('id', 'in', ids)
        .execute()
      const jobs = rows.map(({ id, org_id }) => ({
        ...{ source_id: id, org_id, task: 'delete' as const, stage: 'index' as const },
        ...{ attempts: 0, background: 0 as const, created_at: now },
      }))
      await db.replaceInto('job').values(jobs).execute()
      return ids
    },

    /** Removes the assistant and what little is left of it. */
    remove: async (orgId: string, id: string): Promise<void> => {
      await db.deleteFrom('assistant').where('org_id', '=', orgId).where('id', '=', id).execute()
    },
  }
}
