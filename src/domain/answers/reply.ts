import type { Assistant } from '../../contract/assistants.js'
import type { PageContext, ReplyMetadata, ReplyMode, Source } from '../../contract/messages.js'
import type { Evidence } from '../../retrieval/retriever.js'

/** A question as it reached an assistant. */
export interface Question {
  orgId: string
  assistant: Assistant
  content: string
  /** The visitor's language tag as the client states it. */
  locale: string | null
  /** Earlier messages of the conversation, oldest first. */
  history: { role: 'user' | 'assistant'; content: string }[]
  /** What is known of the visitor: data, whatever they say. */
  traits: Readonly<Record<string, unknown>>
  /** Nothing has been replied in this conversation yet. */
  isFirst: boolean
  /** The page the visitor is on, as the web site tells it. */
  page: PageContext | undefined
}

/** A finished reply: what is said, what it rests on, and what it tells of itself. */
export interface Reply {
  content: string
  sources: Source[]
  metadata: ReplyMetadata
}

/** How many replies the chat model has to write before this one, and how long that may take (ms). */
export interface QueueEvent {
  type: 'queue'
  position: number
  eta_ms: number
}

/** What happens while a reply is made; `reply` comes last, and exactly once. */
export type AnswerEvent =
  | QueueEvent
  | { type: 'sources'; sources: Source[] }
  | { type: 'token'; text: string }
  | { type: 'reply'; reply: Reply }

/** Measures one reply, in ms since the question was taken up. */
export class Stopwatch {
  readonly #start = performance.now()
  #retrieval = 0
  #queue = 0
  #firstToken: number | undefined

  retrievalDone(): void {
    this.#retrieval = this.#elapsed()
  }

  /** The wait for the chat model's attention is over. */
  queueDone(): void {
    this.#queue = this.#elapsed() - this.#retrieval
  }

  firstToken(): void {
    this.#firstToken ??= this.#elapsed()
  }

  timings(): ReplyMetadata['timings'] {
    const total = this.#elapsed()
    return {
      queue_ms: round(this.#queue),
      retrieval_ms: round(this.#retrieval),
      first_token_ms: round(this.#firstToken ?? total),
      total_ms: round(total),
    }
  }

  #elapsed(): number {
    return performance.now() - this.#start
  }
}

/** What every reply tells of itself; a reply made by a model overrides the rest. */
export function replyMetadata(
  mode: ReplyMode,
  language: string,
  evidence: Pick<Evidence, 'confidence' | 'threshold'> | undefined,
  watch: Stopwatch,
): ReplyMetadata {
  const cited = mode === 'verbatim' || mode === 'quote'
  return {
    answer_mode: mode,
    model: null,
    language,
    assistant_unsure: mode === 'declined',
    handoff: false,
    confidence_score: round(evidence?.confidence ?? 1, 3),
    confidence_threshold: round(evidence?.threshold ?? 0, 3),
    citation_validation_passed: cited ? true : null,
    usage: { prompt_tokens: 0, cached_tokens: 0, completion_tokens: 0 },
    timings: watch.timings(),
    budget: { kept: [], dropped: [] },
  }
}

function round(value: number, digits = 1): number {
  return Number(value.toFixed(digits))
}
