import { sql, type Insertable, type Selectable, type Updateable } from 'kysely'
import type { Page, Paging } from '../contract/common.js'
import { notFound } from '../errors.js'
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
export interface ConversationFilter {
  assistantId?: string | undefined
  /** The only assistants whose conversations are seen; empty = all. */
  assistantIds: readonly string[]
  customerId?: string | undefined
  /** Only those begun through this client, whose customer is certain. */
  verifiedThrough?: string | undefined
  status?: 'active' | 'closed' | undefined
  /** Whether those without a customer are among them. */
  withAnonymous: boolean
  sort: 'newest' | 'oldest'
}

/** When something was last said; `conversation_org` and its like are made over this very expression. */
const ACTIVITY = sql<string>`coalesce(last_message_at, created_at)`

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

    /** By when something was last said. */
    list: async (
      orgId: string,
      filter: ConversationFilter,
      paging: Paging,
    ): Promise<Page<ConversationRow>> => {
      let query = db.selectFrom('conversation').where('org_id', '=', orgId)
      if (!filter.withAnonymous) query = query.where('customer_id', 'is not', null)
      if (filter.customerId !== undefined) query = query.where('customer_id', '=', filter.customerId)
      if (filter.verifiedThrough !== undefined)
        query = query.where('client_id', '=', filter.verifiedThrough).where('customer_verified', '=', 1)
      if (filter.assistantId !== undefined) query = query.where('assistant_id', '=', filter.assistantId)
      if (filter.assistantIds.length > 0) query = query.where('assistant_id', 'in', filter.assistantIds)
      if (filter.status !== undefined) query = query.where('status', '=', filter.status)
      const direction = filter.sort === 'newest' ? 'desc' : 'asc'
      const rows = await query
        .selectAll()
        .orderBy(ACTIVITY, direction)
        .orderBy(sql`conversation.rowid`, direction)
        .limit(paging.limit)
        .offset(paging.offset)
        .execute()
      const { total } = await query
        .select((eb) => eb.fn.countAll<number>().as('total'))
        .executeTakeFirstOrThrow()
      return { rows, total }
    },

    /** The customer's active conversation in which something was said last; through that client only, where one is named. */
    newestActive: (
      orgId: string,
      of: { assistantId: string; customerId: string; clientId: string | undefined },
      executor: Executor = db,
    ): Promise<ConversationRow | undefined> => {
      const query = executor
        .selectFrom('conversation')
        .selectAll()
        .where('org_id', '=', orgId)
        .where('customer_id', '=', of.customerId)
        .where('customer_verified', '=', 1)
        .where('assistant_id', '=', of.assistantId)
        .where('status', '=', 'active')
      const through = of.clientId === undefined ? query : query.where('client_id', '=', of.clientId)
      return through
        .orderBy(ACTIVITY, 'desc')
        .orderBy(sql`conversation.rowid`, 'desc')
        .limit(1)
        .executeTakeFirst()
    },

    update: async (
      orgId: string,
      id: string,
      changes: Updateable<ConversationTable>,
      executor: Executor = db,
    ): Promise<void> => {
      await executor
        .updateTable('conversation')
        .set(changes)
        .where('org_id', '=', orgId)
        .where('id', '=', id)
        .execute()
    },

    /** One message of the organization, whatever conversation it belongs to. */
    message: (orgId: string, messageId: string): Promise<MessageRow | undefined> =>
      db
        .selectFrom('message')
        .selectAll()
        .where('org_id', '=', orgId)
        .where('id', '=', messageId)
        .executeTakeFirst(),

    /** Up to `limit` messages that came after the one of this `seq` (0 = from the start), oldest first. */
    messagesAfter: (orgId: string, id: string, seq: number, limit: number): Promise<MessageRow[]> =>
      db
        .selectFrom('message')
        .selectAll()
        .where('org_id', '=', orgId)
        .where('conversation_id', '=', id)
        .where('seq', '>', seq)
        .orderBy('seq')
        .limit(limit)
        .execute(),

    /**
     * Adds messages in the order given and marks the conversation as changed.
     * @throws AppError `not_found` when the conversation has been deleted meanwhile.
     */
    append: async (
      orgId: string,
      id: string,
      messages: NewMessageRow[],
      at: string,
      executor: Executor = db,
    ): Promise<void> => {
      const { numUpdatedRows } = await executor
        .updateTable('conversation')
        .set((eb) => ({
          updated_at: at,
          last_message_at: at,
          message_count: eb('message_count', '+', messages.length),
        }))
        .where('org_id', '=', orgId)
        .where('id', '=', id)
        .executeTakeFirst()
      if (numUpdatedRows === 0n) throw notFound('conversation', id)
      for (const message of messages) await executor.insertInto('message').values(message).execute()
    },

    /** Oldest first, unless the newest are wanted first. */
    messages: async (
      orgId: string,
      id: string,
      paging: Paging,
      sort: 'oldest' | 'newest' = 'oldest',
    ): Promise<Page<MessageRow>> => {
      const query = db.selectFrom('message').where('org_id', '=', orgId).where('conversation_id', '=', id)
      const direction = sort === 'oldest' ? 'asc' : 'desc'
      const rows = await query
        .selectAll()
        .orderBy('seq', direction)
        .limit(paging.limit)
        .offset(paging.offset)
        .execute()
      const counted = await db
        .selectFrom('conversation')
        .select('message_count')
        .where('org_id', '=', orgId)
        .where('id', '=', id)
        .executeTakeFirst()
      return { rows, total: counted?.message_count ?? 0 }
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
        // Back from the newest to the first that is too old: a long conversation is not read to its beginning.
        .where('seq', '>', (eb) =>
          eb.fn.coalesce(
            eb
              .selectFrom('message as older')
              .select('older.seq')
              .where('older.conversation_id', '=', id)
              .where('older.created_at', '<=', since)
              .orderBy('older.seq', 'desc')
              .limit(1),
            eb.val(0),
          ),
        )
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
