import { ApiError, ConnectionError, TimeoutError } from '../client/guichet.js'
import type { ReplyEvent } from './reply-event.js'
import type { Message } from './wire.js'

/**
 * waiting → writing → done; or it ends early: `stopped` by the visitor, `interrupted` on the way,
 * `failed` with a reason.
 */
export type Phase = 'waiting' | 'writing' | 'done' | 'stopped' | 'interrupted' | 'failed'

/** Why something was refused, as the page shows it. */
export interface Problem {
  /** The server's own sentence; empty when it gave none. */
  detail: string
  status: number
  retryAfterSeconds: number | null
}

/** One question and what became of it. */
export interface Turn {
  key: string
  question: string
  phase: Phase
  /** The reply as far as it has come. */
  text: string
  /** Passages found so far; null until the search has answered. */
  passages: number | null
  queue: { position: number; etaMs: number | null } | null
  reply: Message | null
  problem: Problem | null
  /** The session before had ended: this turn opens another, which knows nothing of the earlier ones. */
  anew: boolean
}

/** A server that does not answer says nothing of itself. */
const UNREACHABLE: Problem = { detail: '', status: 0, retryAfterSeconds: null }

let turns = 0

/** A question that has just been asked. */
export function newTurn(question: string): Turn {
  turns += 1
  return {
    key: `turn-${String(turns)}`,
    question,
    phase: 'waiting',
    text: '',
    passages: null,
    queue: null,
    reply: null,
    problem: null,
    anew: false,
  }
}

/** The same question, about to be asked again. */
export function againTurn(turn: Turn): Turn {
  return { ...newTurn(turn.question), key: turn.key, anew: turn.anew }
}

/** A turn after one event of its stream. */
export function advance(turn: Turn, event: ReplyEvent): Turn {
  switch (event.type) {
    case 'queue':
      return { ...turn, queue: event.position > 0 ? event : null }
    case 'sources':
      return { ...turn, passages: event.citations.length, queue: null }
    case 'token':
      return { ...turn, phase: 'writing', text: turn.text + event.text, queue: null }
    case 'done':
      // An unreadable last frame is no reply: what came so far may be half of one.
      if (!event.reply.id && !event.reply.content) return { ...turn, phase: 'interrupted' }
      return { ...turn, phase: 'done', text: event.reply.content, reply: event.reply, queue: null }
    case 'error':
      return {
        ...turn,
        phase: 'failed',
        problem: { ...UNREACHABLE, status: 500, detail: event.detail },
        queue: null,
      }
  }
}

/** A turn whose call was refused, or whose stream broke. */
export function failTurn(turn: Turn, error: unknown): Turn {
  if (turn.phase === 'done') return turn
  const isTold = [ApiError, ConnectionError, TimeoutError].some((kind) => error instanceof kind)
  if (!isTold) return { ...turn, phase: 'interrupted', queue: null }
  return { ...turn, phase: 'failed', problem: problemOf(error), queue: null }
}

/** A stream that has ended: without `done` it was interrupted. */
export function closeTurn(turn: Turn): Turn {
  return isOpen(turn) ? { ...turn, phase: 'interrupted', queue: null } : turn
}

/** Is its reply still to come? */
export function isOpen(turn: Turn): boolean {
  return turn.phase === 'waiting' || turn.phase === 'writing'
}

/** What is to be shown of a failure. */
export function problemOf(error: unknown): Problem {
  if (error instanceof ApiError) {
    return { detail: error.message, status: error.status, retryAfterSeconds: error.retryAfterSeconds }
  }
  return UNREACHABLE
}

/** A kept conversation as turns: each question with the reply that followed it. */
export function turnsOf(messages: Message[]): Turn[] {
  const restored: Turn[] = []
  for (const message of messages) {
    const last = restored.at(-1)
    if (message.sender === 'user') {
      restored.push({ ...newTurn(message.content), phase: 'interrupted' })
    } else if (last && !last.reply) {
      restored[restored.length - 1] = advance(last, { type: 'done', reply: message })
    } else {
      restored.push({ ...newTurn(''), phase: 'done', text: message.content, reply: message })
    }
  }
  return restored
}
