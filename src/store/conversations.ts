import type { Insertable, Selectable } from 'kysely'
import type { Page, Paging } from '../contract/common.js'
import type { Executor } from './database.js'
import type { ConversationTable, MessageTable } from './schema.js'

export type ConversationRow = Selectable<ConversationTable>
export type MessageRow = Selectable<MessageTable>
export type NewMessageRow = Insertable<MessageTable>
export type ConversationStore = ReturnType<typeof conversationStore>

/** Conversations and their messages. */
export function conversationStore(db: Executor) {
  return {
    create: async (row: Insertable<ConversationTable>, executor: Executor = db): Promise<void> => {
      await executor.insertInto('conversation').values(row).execute()
    },

    find: (orgId: string, id: string): Promise<ConversationRow | undefined> =>
      db
        .selectFrom('conversation')
        .selectAll()
        .where('org_id', '=', orgId)
        .where('id', '=', id)
        .executeTakeFirst(),

    /** Adds messages in the order given and marks the conversation as changed. */
    append: async (
      orgId: string,
      id: string,
      messages: NewMessageRow[],
      at: string,
      executor: Executor = db,
    ): Promise<void> => {
      for (const message of messages) await executor.insertInto('message').values(message).execute()
      await executor
        .updateTable('conversation')
        .set((eb) => ({
          updated_at: at,
          last_message_at: at,
          message_count: eb('message_count', '+', messages.length),
        }))
        .where('org_id', '=', orgId)
        .where('id', '=', id)
        .execute()
    },

    /** Oldest first. */
    messages: async (orgId: string, id: string, paging: Paging): Promise<Page<MessageRow>> => {
      const query = db.selectFrom('message').where('org_id', '=', orgId).where('conversation_id', '=', id)
      const rows = await query.selectAll().orderBy('seq').limit(paging.limit).offset(paging.offset).execute()
      const { total } = await query
        .select((eb) => eb.fn.countAll<number>().as('total'))
        .executeTakeFirstOrThrow()
      return { rows, total }
    },

    /** A visitor's message of exactly this content, sent after `since`, with the reply that follows it. */
    sent: async (
      orgId: string,
      id: string,
      content: string,
      since: string,
    ): Promise<MessageRow[] | undefined> => {
      const within = db
        .selectFrom('message')
        .selectAll()
        .where('org_id', '=', orgId)
        .where('conversation_id', '=', id)
      const question = await within
        .where('sender', '=', 'user')
        .where('content', '=', content)
        .where('created_at', '>', since)
        .orderBy('seq', 'desc')
        .limit(1)
        .executeTakeFirst()
      if (question === undefined) return undefined
      const next = await within.where('seq', '>', question.seq).orderBy('seq').limit(1).executeTakeFirst()
      return next?.sender === 'assistant' ? [question, next] : [question]
    },

    /** The newest `limit` messages, oldest of them first. */
    latest: async (orgId: string, id: string, limit: number): Promise<MessageRow[]> => {
      const rows = await db
        .selectFrom('message')
        .selectAll()
        .where('org_id', '=', orgId)
        .where('conversation_id', '=', id)
        .orderBy('seq', 'desc')
        .limit(limit)
        .execute()
      return rows.reverse()
    },
  }
}
