import { sql, type Insertable, type Selectable } from 'kysely'
import type { Page, Paging } from '../contract/common.js'
import type { Executor } from './database.js'
import type { ConversationTable, MessageTable } from './schema.js'

export type ConversationRow = Selectable<ConversationTable>
export type MessageRow = Selectable<MessageTable>
export type NewMessageRow = Insertable<MessageTable>
export type ConversationStore = ReturnType<typeof conversationStore>

/** What to look for among the messages of a conversation. */
export interface SentMessage {
  orgId: string
  id: string
  content: string
  sender: MessageRow['sender']
  /** Messages before this moment are not looked at. */
  since: string
}

/** What the metadata of a message say that a client wrote in the assistant's name. */
export const WRITTEN_BY_CLIENT = { written_by: 'client' } as const

const isClientWritten = sql<number>`(sender = 'assistant' and coalesce(metadata ->> '$.written_by', '') = 'client')`

/** Conversations and their messages. */
export function conversationStore(db: Executor) {
  return {
    create: async (row: Insertable<ConversationTable>, executor: Executor = db): Promise<void> => {
      await executor.insertInto('conversation').values(row).execute()
    },

    find: (orgId: string, id: string, executor: Executor = db): Promise<ConversationRow | undefined> =>
      executor
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

    /**
     * A message of exactly this content and from this side, sent after `since`: a visitor's with the reply that
     * follows it, or one that a client wrote in the assistant's name.
     */
    sent: async ({ orgId, id, content, sender, since }: SentMessage): Promise<MessageRow[] | undefined> => {
      const within = db
        .selectFrom('message')
        .selectAll()
        .where('org_id', '=', orgId)
        .where('conversation_id', '=', id)
      const found = await within
        .where('sender', '=', sender)
        .where('content', '=', content)
        .where('created_at', '>', since)
        .$if(sender === 'assistant', (query) => query.where(isClientWritten, '=', 1))
        .orderBy('seq', 'desc')
        .limit(1)
        .executeTakeFirst()
      if (found === undefined || sender === 'assistant') return found && [found]
      const next = await within
        .where('seq', '>', found.seq)
        .where(isClientWritten, '=', 0)
        .orderBy('seq')
        .limit(1)
        .executeTakeFirst()
      return next?.sender === 'assistant' ? [found, next] : [found]
    },

    /** The newest `limit` messages but those that a client wrote in the assistant's name, oldest of them first. */
    latest: async (orgId: string, id: string, limit: number): Promise<MessageRow[]> => {
      const rows = await db
        .selectFrom('message')
        .selectAll()
        .where('org_id', '=', orgId)
        .where('conversation_id', '=', id)
        .where(isClientWritten, '=', 0)
        .orderBy('seq', 'desc')
        .limit(limit)
        .execute()
      return rows.reverse()
    },

    /** Whether the assistant itself has said anything yet. */
    hasReply: async (orgId: string, id: string): Promise<boolean> => {
      const reply = await db
        .selectFrom('message')
        .select('seq')
        .where('org_id', '=', orgId)
        .where('conversation_id', '=', id)
        .where('sender', '=', 'assistant')
        .where(isClientWritten, '=', 0)
        .limit(1)
        .executeTakeFirst()
      return reply !== undefined
    },
  }
}
