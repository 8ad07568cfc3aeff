import { randomUUID } from 'node:crypto'
import type { Page } from '../../contract/common.js'
import type {
  Feedback,
  FeedbackQuery,
  FeedbackTotals,
  MessageFeedback,
  NewMessageFeedback,
  NewSessionFeedback,
  SessionFeedback,
} from '../../contract/feedback.js'
import { AppError, notFound } from '../../errors.js'
import type { ConversationRow, ConversationStore, MessageRow } from '../../store/conversations.js'
import type { Database } from '../../store/database.js'
import type { FeedbackRow, FeedbackStore, Rated, Rating } from '../../store/feedback.js'
import type { SessionRow, SessionStore } from '../../store/sessions.js'
import { mayUseAssistant } from '../auth/caller.js'
import type { Caller } from '../auth/caller.js'
import { requireSecret } from '../sessions/sessions.js'

export interface RatingsParts {
  db: Database['db']
  store: FeedbackStore
  conversations: ConversationStore
  sessionStore: SessionStore
}

/** What a caller shows to be let near a message. */
export interface MessageKey {
  caller: Caller
  id: string
  /** The X-Session-Secret header. */
  secret: string | undefined
}

/** What was rated and where it belongs. */
interface Subject {
  orgId: string
  assistantId: string
  conversationId: string
  rated: Rated
}

/** What visitors think of a session or of a single reply; each is rated once, and may be rated anew. */
export class Ratings {
  constructor(private readonly parts: RatingsParts) {}

  /** What is thought of a session that its caller has opened. */
  async ofSession(session: SessionRow): Promise<SessionFeedback> {
    const { orgId, rated } = sessionSubject(session)
    return presentSession(session, await this.parts.store.find(orgId, rated))
  }

  /** Rates a session; `isNew` tells whether it was not rated before. */
  async rateSession(
    session: SessionRow,
    { rating, comment }: NewSessionFeedback,
  ): Promise<{ feedback: SessionFeedback; isNew: boolean }> {
    const { row, isNew } = await this.rate(sessionSubject(session), rating, comment)
    return { feedback: presentSession(session, row), isNew }
  }

  /** Takes the rating of a session back; none is as good. */
  async withdrawSession(session: SessionRow): Promise<SessionFeedback> {
    const { orgId, rated } = sessionSubject(session)
    await this.parts.store.withdraw(orgId, rated)
    return presentSession(session, undefined)
  }

  /** @throws AppError `not_found`, `forbidden`, or `conflict` for a visitor's message. */
  async ofMessage(key: MessageKey): Promise<MessageFeedback> {
    const subject = await this.openMessage(key)
    return presentMessage(key.id, subject, await this.parts.store.find(subject.orgId, subject.rated))
  }

  /** Rates an assistant's message. @throws AppError as `ofMessage` does. */
  async rateMessage(
    key: MessageKey,
    { feedback_type: rating, comment }: NewMessageFeedback,
  ): Promise<{ feedback: MessageFeedback; isNew: boolean }> {
    const subject = await this.openMessage(key)
    const { row, isNew } = await this.rate(subject, rating, comment)
    return { feedback: presentMessage(key.id, subject, row), isNew }
  }

  /** Takes the rating of a message back; none is as good. @throws AppError as `ofMessage` does. */
  async withdrawMessage(key: MessageKey): Promise<MessageFeedback> {
    const subject = await this.openMessage(key)
    await this.parts.store.withdraw(subject.orgId, subject.rated)
    return presentMessage(key.id, subject, undefined)
  }

  /** Newest first, with how often each rating was given to that assistant at that time. */
  async list(
    { orgId, assistantIds }: Caller,
    query: FeedbackQuery,
  ): Promise<Page<Feedback> & { totals: FeedbackTotals }> {
    const filter = { assistantId: query.assistant_id, assistantIds, from: query.from, to: query.to }
    const { rows, total } = await this.parts.store.list(orgId, filter, query.rating, query)
    const counts = await this.parts.store.totals(orgId, filter)
    const count = (rating: Rating) => counts.get(rating) ?? 0
    return {
      rows: rows.map(present),
      total,
      totals: {
        positive: count('positive'),
        neutral: count('neutral'),
        negative: count('negative'),
        thumbs_up: count('thumbs_up'),
        thumbs_down: count('thumbs_down'),
        incorrect: count('incorrect'),
      },
    }
  }

  /** @throws AppError `not_found`. */
  async remove({ orgId, assistantIds }: Caller, id: string): Promise<void> {
    if (!(await this.parts.store.remove(orgId, id, assistantIds))) throw notFound('feedback', id)
  }

  private async openMessage({ caller, id, secret }: MessageKey): Promise<Subject> {
    const { conversations } = this.parts
    const message = await conversations.message(caller.orgId, id)
    if (message === undefined) throw notFound('message', id)
    const conversation = await conversations.find(caller.orgId, message.conversation_id)
    if (conversation === undefined || !mayUseAssistant(caller, conversation.assistant_id))
      throw notFound('message', id)
    await this.requireOwn(caller, conversation, secret)
    if (message.sender !== 'assistant')
      throw new AppError('conflict', 'Only an assistant’s messages are rated; this one is a visitor’s.')
    return messageSubject(message, conversation)
  }

  /** A widget token comes no further than its own client's conversations, and with a session's secret to those that have one. */
  private async requireOwn(caller: Caller, conversation: ConversationRow, secret: string | undefined) {
    if (caller.kind !== 'widget') return
    if (conversation.client_id !== caller.clientId)
      throw new AppError('forbidden', 'This message belongs to a conversation begun through another client.')
    const session = await this.parts.sessionStore.ofConversation(caller.orgId, conversation.id)
    if (session !== undefined) requireSecret(caller, session, secret)
    else if (conversation.kind === 'session')
      throw new AppError('forbidden', 'The session that this message belongs to has ended.')
  }

  private rate(
    { orgId, assistantId, conversationId, rated }: Subject,
    rating: Rating,
    comment: string | undefined,
  ): Promise<{ row: FeedbackRow; isNew: boolean }> {
    const { db, store } = this.parts
    const given = { rating, comment: comment ?? null, updated_at: new Date().toISOString() }
    return db.transaction().execute(async (tx) => {
      const there = await store.find(orgId, rated, tx)
      if (there !== undefined) {
        await store.change(orgId, there.id, given, tx)
        return { row: { ...there, ...given }, isNew: false }
      }
      const row: FeedbackRow = {
        ...given,
        id: randomUUID(),
        org_id: orgId,
        assistant_id: assistantId,
        conversation_id: conversationId,
        session_id: 'session_id' in rated ? rated.session_id : null,
        message_id: 'message_id' in rated ? rated.message_id : null,
        created_at: given.updated_at,
      }
      await store.create(row, tx)
      return { row, isNew: true }
    })
  }
}

function sessionSubject(session: SessionRow): Subject {
  return {
    orgId: session.org_id,
    assistantId: session.assistant_id,
    conversationId: session.conversation_id,
    rated: { session_id: session.id },
  }
}

function messageSubject(message: MessageRow, conversation: ConversationRow): Subject {
  return {
    orgId: message.org_id,
    assistantId: conversation.assistant_id,
    conversationId: conversation.id,
    rated: { message_id: message.id },
  }
}

function presentSession(session: SessionRow, row: FeedbackRow | undefined): SessionFeedback {
  return {
    session_id: session.id,
    ...whatWasSaid(session.conversation_id, row),
    rating: (row?.rating ?? null) as SessionFeedback['rating'],
  }
}

function presentMessage(
  id: string,
  { conversationId }: Subject,
  row: FeedbackRow | undefined,
): MessageFeedback {
  return {
    message_id: id,
    ...whatWasSaid(conversationId, row),
    feedback_type: (row?.rating ?? null) as MessageFeedback['feedback_type'],
  }
}

function whatWasSaid(conversationId: string, row: FeedbackRow | undefined) {
  return {
    conversation_id: conversationId,
    has_feedback: row !== undefined,
    comment: row?.comment ?? null,
    created_at: row?.created_at ?? null,
    updated_at: row?.updated_at ?? null,
  }
}

function present({ org_id: _org, ...row }: FeedbackRow): Feedback {
  return row
}
