import { Counter, Histogram, type Registry } from 'prom-client'
import { AppError } from '../errors.js'

/** What is measured of a finished reply; times in ms, usage in tokens. */
export interface FinishedReply {
  answer_mode: string
  usage: { prompt_tokens: number; cached_tokens: number; completion_tokens: number }
  timings: { queue_ms: number; retrieval_ms: number; first_token_ms: number; total_ms: number }
  /** Why a model that was asked for did not write it. */
  fallback?: string | undefined
}

/** Shown from the start, so that the first of a kind counts as one more. */
const MODES = ['verbatim', 'quote', 'compose', 'declined', 'smalltalk', 'busy', 'cancelled', 'failed']
const TOKENS = ['prompt', 'cached', 'completion']
const SECONDS = [0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300]
const RETRIEVAL_SECONDS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/** Counts replies to visitors. */
export class ReplyMetrics {
  readonly #total
  readonly #firstToken
  readonly #duration
  readonly #retrieval
  readonly #queueWait
  readonly #fallbacks
  readonly #tokens

  constructor(registry: Registry) {
    const registers = [registry]
    this.#total = new Counter({
      name: 'guichet_replies_total',
      help: 'Replies by how they came about; busy, cancelled and failed ones were not finished.',
      labelNames: ['mode'],
      registers,
    })
    const seconds = (name: string, help: string, labelNames: 'mode'[], buckets = SECONDS) =>
      new Histogram({ name, help, labelNames, buckets, registers })
    this.#firstToken = seconds(
      'guichet_reply_first_token_seconds',
      'From the question to the first word of the reply.',
      ['mode'],
    )
    this.#duration = seconds('guichet_reply_duration_seconds', 'From the question to the end of the reply.', [
      'mode',
    ])
    this.#retrieval = seconds(
      'guichet_reply_retrieval_seconds',
      'What search took of it.',
      [],
      RETRIEVAL_SECONDS,
    )
    this.#queueWait = seconds(
      'guichet_engine_queue_wait_seconds',
      'How long written replies waited for the chat model, its loading included.',
      [],
    )
    this.#fallbacks = new Counter({
      name: 'guichet_reply_fallbacks_total',
      help: 'Replies made of quotes because the chat model that should write them could not.',
      registers,
    })
    this.#tokens = new Counter({
      name: 'guichet_tokens_total',
      help: 'Tokens of finished replies; cached are those of the prompt that needed no evaluation.',
      labelNames: ['kind'],
      registers,
    })
    for (const mode of MODES) this.#total.inc({ mode }, 0)
    for (const kind of TOKENS) this.#tokens.inc({ kind }, 0)
  }

  /** A reply was finished and stored. */
  finished({ answer_mode: mode, usage, timings, fallback }: FinishedReply): void {
    this.#total.inc({ mode })
    this.#firstToken.observe({ mode }, timings.first_token_ms / 1000)
    this.#duration.observe({ mode }, timings.total_ms / 1000)
    if (mode !== 'smalltalk') this.#retrieval.observe(timings.retrieval_ms / 1000)
    if (mode === 'compose') this.#queueWait.observe(timings.queue_ms / 1000)
    if (fallback !== undefined) this.#fallbacks.inc()
    this.#tokens.inc({ kind: 'prompt' }, usage.prompt_tokens)
    this.#tokens.inc({ kind: 'cached' }, usage.cached_tokens)
    this.#tokens.inc({ kind: 'completion' }, usage.completion_tokens)
  }

  /** A reply that was begun came to nothing. */
  failed(error: unknown): void {
    this.#total.inc({ mode: endOf(error) })
  }
}

function endOf(error: unknown): 'busy' | 'cancelled' | 'failed' {
  if (error instanceof AppError && error.code === 'busy') return 'busy'
  const isCancelled = error instanceof Error && ['AbortError', 'TimeoutError'].includes(error.name)
  return isCancelled ? 'cancelled' : 'failed'
}
