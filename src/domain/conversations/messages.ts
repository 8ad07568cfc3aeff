import { createHash, randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { Page, Paging } from '../../contract/common.js'
import { Source, type Exchange, type Message, type NewMessage } from '../../contract/messages.js'
import { AppError } from '../../errors.js'
import type { ReplyMetrics } from '../../metrics/replies.js'
import type { ConversationStore, MessageRow } from '../../store/conversations.js'
import type { Database } from '../../store/database.js'
import type { SessionRow, SessionStore } from '../../store/sessions.js'
import type { Answers } from '../answers/answers.js'
import type { Reply } from '../answers/reply.js'
import type { Assistants } from '../assistants/assistants.js'
import type { Sessions } from '../sessions/sessions.js'
import type { ReplyObserver } from './finished-reply.js'
import { Turn, type TurnEvent } from './turn.js'

/** The same words again within this time are the same message, sent twice. */
const JOIN_MS = 60_000
const REPLY_DEADLINE_MS = 300_000
const HISTORY_MESSAGES = 12
/** Replies being made at once, over all conversations. */
const MAX_RUNNING = 1000

const Metadata = z.record(z.string(), z.unknown())
const Sources = z.array(Source)

export interface MessagesParts {
  db: Database['db']
  conversations: ConversationStore
  sessionStore: SessionStore
  sessions: Sessions
  assistants: Assistants
  answers: Answers
  metrics: ReplyMetrics
  /** Told of every reply that was kept. */
  observers?: ReplyObserver[]
}

/** Messages of visitors and the replies to them: kept in pairs, whole or not at all. */
export class Messages {
  readonly #running = new Map<string, Turn>()

  constructor(private readonly parts: MessagesParts) {}

  /** Ends all replies being made, with an error; what was not finished is not kept. */
  abandonAll(): void {
    for (const turn of this.#running.values()) turn.abandon()
  }

  /** The session's messages, oldest first. */
  async list(session: SessionRow, paging: Paging): Promise<Page<Message>> {
    const { rows, total } = await this.parts.conversations.messages(
      session.org_id,
      session.conversation_id,
      paging,
    )
    return { rows: rows.map(present), total }
  }

  /**
   * Takes up a visitor's message. The same content again within a minute of the first send joins its answer.
   * @throws AppError before any work is done, when the message cannot be taken up at all.
   */
  async send(session: SessionRow, given: NewMessage): Promise<Turn> {
    const assistant = await this.parts.assistants.requireActive(session.org_id, session.assistant_id)
    await this.parts.answers.requireReady()
    const key = turnKey(session.conversation_id, given)
    const earlier = await this.parts.conversations.sent(
      session.org_id,
      session.conversation_id,
      given.content,
      new Date(Date.now() - JOIN_MS).toISOString(),
    )
    const running = this.#running.get(key)
    if (running !== undefined) return running
    const isAnswered = earlier !== undefined && (earlier.length === 2 || given.skip_ai_response === true)
    if (isAnswered) return finishedTurn(exchange(session, session.expires_at, earlier))
    if (this.#running.size >= MAX_RUNNING) {
      throw new AppError('busy', 'Too many replies are being made right now; please try again in a moment.', {
        retryAfterSeconds: 5,
      })
    }

    const turn = new Turn(
      (emit, signal) => this.work(session, assistant, given, emit, signal),
      REPLY_DEADLINE_MS,
    )
    this.#running.set(key, turn)
    const forget = () => this.#running.delete(key)
    turn.result.then(forget, (error: unknown) => {
      forget()
      if (given.skip_ai_response !== true) this.parts.metrics.failed(error)
    })
    return turn
  }

  private async work(
    session: SessionRow,
    assistant: Awaited<ReturnType<Assistants['requireActive']>>,
    given: NewMessage,
    emit: (event: TurnEvent) => void,
    signal: AbortSignal,
  ): Promise<Exchange> {
    const sentAt = new Date().toISOString()
    const reply =
      given.skip_ai_response === true ? undefined : await this.reply(session, assistant, given, emit, signal)
    const user = {
      ...row(session, sentAt),
      sender: 'user' as const,
      content: given.content,
      metadata: JSON.stringify(given.metadata ?? {}),
      sources: '[]',
    }
    const rows: StoredMessage[] = [user]
    if (reply !== undefined) {
      rows.push({
        ...row(session, new Date().toISOString()),
        sender: 'assistant' as const,
        content: reply.content,
        metadata: JSON.stringify(reply.metadata),
        sources: JSON.stringify(reply.sources),
      })
    }
    const expiresAt = this.parts.sessions.expiry()
    await this.parts.db.transaction().execute(async (tx) => {
      await this.parts.conversations.append(session.org_id, session.conversation_id, rows, sentAt, tx)
      await this.parts.sessionStore.extend(session.org_id, session.id, expiresAt, tx)
    })
    if (reply !== undefined) this.parts.metrics.finished(reply.metadata)
    if (reply !== undefined) this.observe(session, user, reply)
    return exchange(session, expiresAt, rows)
  }

  private observe(session: SessionRow, user: StoredMessage, { metadata }: Reply): void {
    const { org_id: orgId, client_id: clientId, assistant_id: assistantId } = session
    const whose = { orgId, clientId, assistantId, conversationId: session.conversation_id }
    const asked = { userMessageId: user.id, question: user.content, language: metadata.language, metadata }
    for (const observe of this.parts.observers ?? []) observe({ ...whose, ...asked })
  }

  private async reply(
    session: SessionRow,
    assistant: Awaited<ReturnType<Assistants['requireActive']>>,
    given: NewMessage,
    emit: (event: TurnEvent) => void,
    signal: AbortSignal,
  ): Promise<Reply> {
    const earlier = await this.parts.conversations.latest(
      session.org_id,
      session.conversation_id,
      HISTORY_MESSAGES,
    )
    const events = this.parts.answers.answer(
      {
        orgId: session.org_id,
        assistant,
        content: given.content,
        locale: given.locale ?? session.locale,
        history: earlier.map(({ sender, content }) => ({ role: sender, content })),
      },
      signal,
    )
    for await (const event of events) {
      if (event.type === 'reply') return event.reply
      emit(event)
    }
    throw new Error('The answer ended without a reply.')
  }
}

type StoredMessage = Omit<MessageRow, 'seq'>

function row(session: SessionRow, at: string) {
  return {
    id: randomUUID(),
    org_id: session.org_id,
    conversation_id: session.conversation_id,
    created_at: at,
  }
}

function turnKey(conversationId: string, given: NewMessage): string {
  const content = createHash('sha256').update(given.content).digest('base64')
  return `${conversationId} ${given.skip_ai_response === true ? 'skip' : 'reply'} ${content}`
}

function exchange(session: SessionRow, expiresAt: string, [user, assistant]: StoredMessage[]): Exchange {
  if (user === undefined) throw new Error('An exchange has a visitor’s message.')
  return {
    session_id: session.id,
    conversation_id: session.conversation_id,
    expires_at: expiresAt,
    user_message: present(user),
    assistant_message: assistant === undefined ? null : present(assistant),
  }
}

/** A turn that is over: read from the start like any other. */
function finishedTurn(data: Exchange): Turn {
  const turn = new Turn((emit) => {
    const reply = data.assistant_message
    if (reply !== null) {
      if (reply.sources.length > 0) emit({ type: 'sources', sources: reply.sources })
      emit({ type: 'token', text: reply.content })
    }
    return Promise.resolve(data)
  }, REPLY_DEADLINE_MS)
  turn.keep()
  return turn
}

function present(message: StoredMessage): Message {
  return {
    id: message.id,
    sender: message.sender,
    content: message.content,
    metadata: Metadata.parse(JSON.parse(message.metadata)),
    sources: Sources.parse(JSON.parse(message.sources)),
    created_at: message.created_at,
  }
}
