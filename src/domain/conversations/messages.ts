import { createHash } from 'node:crypto'
import type { Assistant } from '../../contract/assistants.js'
import type { NewMessage, Pair } from '../../contract/messages.js'
import { AppError, notFound } from '../../errors.js'
import type { Logger } from '../../log.js'
import type { ReplyMetrics } from '../../metrics/replies.js'
import type { ContextStore } from '../../store/contexts.js'
import type { Answers } from '../answers/answers.js'
import type { Reply } from '../answers/reply.js'
import type { Assistants } from '../assistants/assistants.js'
import type { Sessions } from '../sessions/sessions.js'
import type { FinishedReply, ReplyObserver } from './finished-reply.js'
import { Lines } from './lines.js'
import {
  pairOf,
  postedRow,
  replyRow,
  requireOpen,
  storeMessages,
  type MessageStores,
} from './stored-messages.js'
import type { Thread } from './thread.js'
import { Turn, type TurnEvent } from './turn.js'
import { visitorTraits } from './visitor-traits.js'

/** The same words again within this time are the same message, sent twice. */
const JOIN_MS = 60_000
const REPLY_DEADLINE_MS = 300_000
const HISTORY_MESSAGES = 12
/** Replies being made at once, over all conversations, and in one. */
const MAX_RUNNING = 1000
const MAX_IN_THREAD = 20

export interface MessagesParts extends MessageStores {
  contexts: ContextStore
  sessions: Sessions
  assistants: Assistants
  answers: Answers
  metrics: ReplyMetrics
  log: Logger
  /** Who hears of finished replies. */
  observers?: ReplyObserver[]
}

/** A message that has been taken up. */
export interface Sent {
  turn: Turn
  /** The end of the session, pushed forward by this message; null for a conversation by its own id. */
  expiresAt: string | null
}

/** Messages of visitors and the replies to them: kept in pairs, whole or not at all, in each thread one after the other. */
export class Messages {
  /** Those that the same content joins. */
  readonly #running = new Map<string, Promise<Turn>>()
  readonly #turns = new Set<Turn>()
  readonly #lines = new Lines()

  constructor(private readonly parts: MessagesParts) {}

  /** Ends all replies being made, with an error; what was not finished is not kept. */
  abandonAll(): void {
    for (const turn of this.#turns) turn.abandon()
  }

  /**
   * Takes up a message. The same content again within a minute of the first send joins its answer.
   * @throws AppError before any work is done, when the message cannot be taken up at all: `conflict` in a closed
   *   conversation, `assistant_inactive`, `not_ready`, `busy`.
   */
  async send(thread: Thread, given: NewMessage): Promise<Sent> {
    const { orgId, conversationId } = thread
    requireOpen(await this.parts.conversations.find(orgId, conversationId), conversationId)
    const assistant = await this.parts.assistants.requireActive(orgId, thread.assistantId)
    if (given.skip_ai_response !== true) await this.parts.answers.requireReady()
    const expiresAt = await this.pushSession(thread)
    return { turn: await this.joinOrTakeUp(thread, assistant, given), expiresAt }
  }

  private async pushSession({ orgId, sessionId }: Thread): Promise<string | null> {
    if (sessionId === null) return null
    const expiresAt = this.parts.sessions.expiry()
    if (await this.parts.sessionStore.extend(orgId, sessionId, expiresAt)) return expiresAt
    throw notFound('session', sessionId)
  }

  /** Never waits between looking for a turn to join and noting the new one: there is one turn for one message. */
  private async joinOrTakeUp(thread: Thread, assistant: Assistant, given: NewMessage): Promise<Turn> {
    const key = turnKey(thread, given)
    for (let running = this.#running.get(key); running !== undefined; running = this.#running.get(key)) {
      const turn = await running
      if (!turn.isGivenUp) return turn
      if (this.#running.get(key) === running) this.#running.delete(key)
    }
    const taken = this.takeUp(thread, assistant, given)
    this.#running.set(key, taken)
    const forget = () => {
      if (this.#running.get(key) === taken) this.#running.delete(key)
    }
    taken.then((turn) => turn.result).then(forget, forget)
    return taken
  }

  private async takeUp(thread: Thread, assistant: Assistant, given: NewMessage): Promise<Turn> {
    // A turn that was given up may be stored all the same, while this one waits behind it.
    const mayBeStored = this.#lines.length(thread.conversationId) > 0
    const earlier = await this.earlier(thread, given)
    if (earlier !== undefined) return finishedTurn(earlier)
    if (this.#turns.size >= MAX_RUNNING) throw busy('Too many replies are being made right now')
    if (this.#lines.length(thread.conversationId) >= MAX_IN_THREAD) {
      throw busy('Too many messages of this conversation are waiting for their replies')
    }
    const turn = new Turn(
      (emit, signal) =>
        this.#lines.work(thread.conversationId, signal, () =>
          this.work(thread, assistant, given, mayBeStored, emit, signal),
        ),
      REPLY_DEADLINE_MS,
    )
    this.#turns.add(turn)
    const forget = () => this.#turns.delete(turn)
    turn.result.then(forget, (error: unknown) => {
      forget()
      if (given.skip_ai_response !== true) this.parts.metrics.failed(error)
    })
    return turn
  }

  /** What the same message, sent a moment ago, was answered with. */
  private async earlier(thread: Thread, given: NewMessage): Promise<Pair | undefined> {
    const rows = await this.parts.conversations.sent({
      orgId: thread.orgId,
      id: thread.conversationId,
      content: given.content,
      sender: given.sender ?? 'user',
      since: new Date(Date.now() - JOIN_MS).toISOString(),
    })
    const isAnswered = rows !== undefined && (rows.length === 2 || given.skip_ai_response === true)
    return isAnswered ? pairOf(rows) : undefined
  }

  private async work(
    thread: Thread,
    assistant: Assistant,
    given: NewMessage,
    mayBeStored: boolean,
    emit: (event: TurnEvent) => void,
    signal: AbortSignal,
  ): Promise<Pair> {
    const earlier = mayBeStored ? await this.earlier(thread, given) : undefined
    if (earlier !== undefined) {
      retell(earlier, emit)
      return earlier
    }
    const posted = postedRow(thread, given, new Date().toISOString())
    if (given.skip_ai_response === true) {
      await storeMessages(this.parts, thread, [posted])
      return pairOf([posted])
    }
    const reply = await this.reply(thread, assistant, given, emit, signal)
    const rows = [posted, replyRow(thread, reply)]
    await storeMessages(this.parts, thread, rows)
    this.parts.metrics.finished(reply.metadata)
    this.tell({
      orgId: thread.orgId,
      clientId: thread.clientId,
      assistantId: thread.assistantId,
      conversationId: thread.conversationId,
      userMessageId: posted.id,
      question: given.content,
      language: reply.metadata.language,
      metadata: reply.metadata,
    })
    return pairOf(rows)
  }

  private async reply(
    { orgId, conversationId, locale }: Thread,
    assistant: Assistant,
    given: NewMessage,
    emit: (event: TurnEvent) => void,
    signal: AbortSignal,
  ): Promise<Reply> {
    const { conversations, contexts, answers } = this.parts
    const conversation = requireOpen(await conversations.find(orgId, conversationId), conversationId)
    const earlier = await conversations.latest(orgId, conversationId, HISTORY_MESSAGES)
    const hasReply =
      earlier.some(({ sender }) => sender === 'assistant') ||
      (earlier.length === HISTORY_MESSAGES && (await conversations.hasReply(orgId, conversationId)))
    const events = answers.answer(
      {
        orgId,
        assistant,
        content: given.content,
        locale: given.locale ?? locale,
        history: earlier.map(({ sender, content }) => ({ role: sender, content })),
        traits: await visitorTraits(contexts, conversation, given.user_context),
        isFirst: !hasReply,
        page: given.page_context,
      },
      signal,
    )
    for await (const event of events) {
      if (event.type === 'reply') return event.reply
      emit(event)
    }
    throw new Error('The answer ended without a reply.')
  }

  private tell(reply: FinishedReply): void {
    for (const observer of this.parts.observers ?? []) {
      try {
        observer(reply)
      } catch (error) {
        this.parts.log.error({ err: error }, 'a finished reply could not be noted')
      }
    }
  }
}

function busy(why: string): AppError {
  return new AppError('busy', `${why}; please try again in a moment.`, { retryAfterSeconds: 5 })
}

function turnKey({ conversationId }: Thread, given: NewMessage): string {
  const content = createHash('sha256').update(given.content).digest('base64')
  const kind = given.skip_ai_response === true ? `skip ${given.sender ?? 'user'}` : 'reply'
  return `${conversationId} ${kind} ${content}`
}

/** A turn that is over: read from the start like any other. */
function finishedTurn(pair: Pair): Turn {
  const turn = new Turn((emit) => {
    retell(pair, emit)
    return Promise.resolve(pair)
  }, REPLY_DEADLINE_MS)
  turn.keep()
  return turn
}

/** What a stored reply's readers see. A text in the assistant's name replies to nothing. */
function retell({ user_message: user, assistant_message: reply }: Pair, emit: (event: TurnEvent) => void) {
  if (user === null || reply === null) return
  if (reply.sources.length > 0) emit({ type: 'sources', sources: reply.sources })
  emit({ type: 'token', text: reply.content })
}
