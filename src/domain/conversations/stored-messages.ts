import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { Source, type Message, type NewMessage, type Pair } from '../../contract/messages.js'
import { AppError, notFound } from '../../errors.js'
import {
  WRITTEN_BY_CLIENT,
  type ConversationRow,
  type ConversationStore,
  type MessageRow,
} from '../../store/conversations.js'
import type { Database } from '../../store/database.js'
import type { SessionStore } from '../../store/sessions.js'
import type { Reply } from '../answers/reply.js'
import type { Thread } from './thread.js'

const Metadata = z.record(z.string(), z.unknown())
const Sources = z.array(Source)

/** A message as it is stored, before it has its place. */
export type StoredMessage = Omit<MessageRow, 'seq'>

/** Where messages and what they belong to are kept. */
export interface MessageStores {
  db: Database['db']
  conversations: ConversationStore
  sessionStore: SessionStore
}

/** A message as the API shows it. */
export function presentMessage(message: StoredMessage): Message {
  return {
    id: message.id,
    sender: message.sender,
    content: message.content,
    metadata: Metadata.parse(JSON.parse(message.metadata)),
    sources: Sources.parse(JSON.parse(message.sources)),
    created_at: message.created_at,
  }
}

/** A message with its reply, or one of them alone. */
export function pairOf(rows: StoredMessage[]): Pair {
  const of = (sender: MessageRow['sender']) => rows.find((row) => row.sender === sender)
  const user = of('user')
  const assistant = of('assistant')
  return {
    user_message: user === undefined ? null : presentMessage(user),
    assistant_message: assistant === undefined ? null : presentMessage(assistant),
  }
}

/** What was posted, as a row. A text in the assistant's name tells that a client wrote it. */
export function postedRow(thread: Thread, given: NewMessage, at: string): StoredMessage {
  const sender = given.sender ?? 'user'
  const metadata = { ...given.metadata, ...(sender === 'assistant' && WRITTEN_BY_CLIENT) }
  return {
    ...blank(thread, at),
    sender,
    content: given.content,
    metadata: JSON.stringify(metadata),
    sources: '[]',
  }
}

/** The assistant's own reply, as a row. */
export function replyRow(thread: Thread, reply: Reply): StoredMessage {
  return {
    ...blank(thread, new Date().toISOString()),
    sender: 'assistant',
    content: reply.content,
    metadata: JSON.stringify(reply.metadata),
    sources: JSON.stringify(reply.sources),
  }
}

/**
 * Stores messages together or not at all.
 * @throws AppError `not_found`, `conflict` or `session_expired` when the conversation or session has ended meanwhile.
 */
export async function storeMessages(
  { db, conversations, sessionStore }: MessageStores,
  { orgId, conversationId, sessionId }: Thread,
  rows: StoredMessage[],
): Promise<void> {
  const now = new Date().toISOString()
  await db.transaction().execute(async (tx) => {
    requireOpen(await conversations.find(orgId, conversationId, tx), conversationId)
    if (sessionId !== null) {
      const session = await sessionStore.find(orgId, sessionId, tx)
      if (session === undefined) throw notFound('session', sessionId)
      if (session.expires_at <= now) {
        throw new AppError('session_expired', 'This session has expired; open a new one.')
      }
    }
    await conversations.append(orgId, conversationId, rows, rows.at(-1)?.created_at ?? now, tx)
  })
}

/**
 * The conversation, if messages may be added to it.
 * @throws AppError `not_found`, or `conflict` when it is closed.
 */
export function requireOpen(conversation: ConversationRow | undefined, id: string): ConversationRow {
  if (conversation === undefined) throw notFound('conversation', id)
  if (conversation.status === 'closed') {
    throw new AppError('conflict', 'This conversation is closed and takes no more messages.')
  }
  return conversation
}

function blank({ orgId, conversationId }: Thread, at: string) {
  return { id: randomUUID(), org_id: orgId, conversation_id: conversationId, created_at: at }
}
