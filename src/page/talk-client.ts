import { ApiError, type Guichet } from '../client/guichet.js'
import { replyEvents, visitor } from './api.js'
import type { ReplyEvent } from './reply-event.js'
import type { Memory } from './storage.js'
import { fields, readMessages, text, type Message } from './wire.js'

const KEY = 'talk'

/** What one tab keeps to go on with its conversation after a reload. */
interface Kept {
  assistantId: string
  secret: string
  sessionId: string
}

/** A reply under way. `anew`: the old session had ended, so this question opens a new one. */
export interface Asked {
  events: AsyncIterable<ReplyEvent>
  anew: boolean
}

/** One visitor's conversation: opens a session when it is needed, and another when that has ended. */
export class TalkClient {
  private kept: Kept
  private readonly guichet: Guichet

  constructor(
    clientId: string,
    private readonly assistantId: string,
    private readonly memory: Memory,
  ) {
    this.guichet = visitor(clientId)
    this.kept = this.recall()
  }

  /** The messages so far; none when there was no session or it has ended. */
  async restore(): Promise<Message[]> {
    const { sessionId, secret } = this.kept
    if (!sessionId) return []
    try {
      return readMessages(await this.guichet.sessions.messages(sessionId, {}, { sessionSecret: secret }))
    } catch (error) {
      if (!isGone(error)) throw error
      this.forget()
      return []
    }
  }

  /** Asks in the running session, or in a new one when there is none or it has ended. */
  async ask(content: string, locale: string, signal: AbortSignal): Promise<Asked> {
    const continued = this.kept.sessionId !== ''
    try {
      return { events: await this.post(content, locale, signal), anew: false }
    } catch (error) {
      if (!continued || !isGone(error)) throw error
      this.forget()
      return { events: await this.post(content, locale, signal), anew: true }
    }
  }

  /** Leaves the conversation; the next question begins another. */
  forget(): void {
    this.keep({ ...this.kept, sessionId: '', secret: newSecret() })
  }

  /** Resolves once the reply has begun: what is refused is refused before. */
  private async post(
    content: string,
    locale: string,
    signal: AbortSignal,
  ): Promise<AsyncIterable<ReplyEvent>> {
    const sessionId = await this.session(locale)
    const options = { sessionSecret: this.kept.secret, signal }
    return replyEvents(await this.guichet.sessions.stream(sessionId, { content, locale }, options))
  }

  private async session(locale: string): Promise<string> {
    if (!this.kept.sessionId) {
      const { id } = await this.guichet.sessions.create(
        { assistant_id: this.assistantId, locale, metadata: { source: 'page' } },
        { sessionSecret: this.kept.secret },
      )
      this.keep({ ...this.kept, sessionId: id })
    }
    return this.kept.sessionId
  }

  private keep(kept: Kept): void {
    this.kept = kept
    this.memory.set(KEY, JSON.stringify(kept))
  }

  private recall(): Kept {
    const kept = fields(parse(this.memory.get(KEY)))
    if (kept['assistantId'] !== this.assistantId) {
      return { assistantId: this.assistantId, secret: newSecret(), sessionId: '' }
    }
    return {
      assistantId: this.assistantId,
      secret: text(kept['secret']),
      sessionId: text(kept['sessionId']),
    }
  }
}

function isGone(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 410 || error.status === 404)
}

// @NOTE not crypto.randomUUID: that needs HTTPS, and the page is also opened as http://192.168.…
function newSecret(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(24))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

function parse(json: string | null): unknown {
  try {
    return JSON.parse(json ?? 'null')
  } catch {
    return null
  }
}
