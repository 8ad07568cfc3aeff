import * as api from './api.js'
import type { ReplyEvent } from './reply-stream.js'
import type { Memory } from './storage.js'
import { fields, text, type Message } from './wire.js'

const KEY = 'talk'

/** What one tab keeps to go on with its conversation after a reload. */
interface Kept {
  assistantId: string
  secret: string
  token: string
  sessionId: string
}

/** A reply under way. `anew`: the old session had ended, so this question opens a new one. */
export interface Asked {
  events: AsyncIterable<ReplyEvent>
  anew: boolean
}

/** One visitor's conversation: gets tokens and sessions when they are needed, and renews each once. */
export class TalkClient {
  private kept: Kept

  constructor(
    private readonly clientId: string,
    private readonly assistantId: string,
    private readonly memory: Memory,
  ) {
    this.kept = this.recall()
  }

  /** The messages so far; none when there was no session or it has ended. */
  async restore(): Promise<Message[]> {
    if (!this.kept.sessionId) return []
    try {
      return await this.renewing(() => api.fetchMessages(this.kept, this.kept.sessionId))
    } catch (error) {
      if (!isGone(error)) throw error
      this.forget()
      return []
    }
  }

  /** Asks in the running session, or in a new one when there is none or it has ended. */
  async ask(content: string, locale: string, signal: AbortSignal): Promise<Asked> {
    const continued = this.kept.sessionId !== ''
    const post = async () => {
      const sessionId = await this.session(locale)
      return api.postMessage(this.kept, { sessionId, content, locale }, signal)
    }
    try {
      return { events: await this.renewing(post), anew: false }
    } catch (error) {
      if (!continued || !isGone(error)) throw error
      this.forget()
      return { events: await this.renewing(post), anew: true }
    }
  }

  /** Leaves the conversation; the next question begins another. */
  forget(): void {
    this.keep({ ...this.kept, sessionId: '', secret: newSecret() })
  }

  private async session(locale: string): Promise<string> {
    if (!this.kept.sessionId) {
      const sessionId = await api.createSession(this.kept, this.assistantId, locale)
      this.keep({ ...this.kept, sessionId })
    }
    return this.kept.sessionId
  }

  /** Runs a call with a token, and once more with a fresh one when the token has expired. */
  private async renewing<T>(call: () => Promise<T>): Promise<T> {
    const held = this.kept.token !== ''
    if (!held) await this.renewToken()
    try {
      return await call()
    } catch (error) {
      if (!held || !(error instanceof api.ApiError) || error.status !== 401) throw error
      await this.renewToken()
      return call()
    }
  }

  private async renewToken(): Promise<void> {
    this.keep({ ...this.kept, token: await api.fetchToken(this.clientId) })
  }

  private keep(kept: Kept): void {
    this.kept = kept
    this.memory.set(KEY, JSON.stringify(kept))
  }

  private recall(): Kept {
    const kept = fields(parse(this.memory.get(KEY)))
    if (kept['assistantId'] !== this.assistantId) {
      return { assistantId: this.assistantId, secret: newSecret(), token: '', sessionId: '' }
    }
    return {
      assistantId: this.assistantId,
      secret: text(kept['secret']),
      token: text(kept['token']),
      sessionId: text(kept['sessionId']),
    }
  }
}

function isGone(error: unknown): boolean {
  return error instanceof api.ApiError && (error.status === 410 || error.status === 404)
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
