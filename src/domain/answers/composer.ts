import { AppError } from '../../errors.js'
import type { ChatEngine, EngineEvent } from '../../inference/engine.js'
import { buildPrompt, type BuiltPrompt } from '../../inference/prompt.js'
import type { Evidence } from '../../retrieval/retriever.js'
import { shownPassages } from './citations.js'
import { replyMetadata, type AnswerEvent, type QueueEvent, type Question, type Stopwatch } from './reply.js'
import { reportsOf } from './reports.js'
import type { SpokenLanguage } from './wording.js'

/** Passages a model is shown. */
const MAX_PASSAGES = 4
/** Longest reply of a model, in tokens: a few paragraphs. */
const MAX_REPLY_TOKENS = 320

/** A reply the model has agreed to write; or why it cannot. */
export type Writing =
  | { events: AsyncIterable<EngineEvent>; budget: BuiltPrompt['budget']; hits: Evidence['hits'] }
  | { unavailable: string }

/** Has the chat model write replies from the passages found. Experimental: nobody checks what it writes. */
export class Composer {
  constructor(
    private readonly engine: ChatEngine,
    /** Tokens that prompt and reply may take together. */
    private readonly contextTokens: number,
  ) {}

  /**
   * Hands the question to the model; tells of the queue in front of it meanwhile. Where there is no model, that is
   * said instead, and likewise where the prompt does not fit; `busy` is thrown.
   */
  async *begin(
    question: Question,
    evidence: Evidence,
    language: SpokenLanguage,
    signal: AbortSignal,
  ): AsyncGenerator<QueueEvent, Writing> {
    const hits = evidence.hits.slice(0, MAX_PASSAGES)
    try {
      const { messages, budget } = buildPrompt({
        assistant: { ...question.assistant, defaultTasks: question.assistant.default_tasks },
        language,
        passages: hits,
        history: question.history,
        question: question.content,
        traits: question.traits,
        page: question.page,
        budgetTokens: this.contextTokens - MAX_REPLY_TOKENS,
      })
      const events = yield* reportsOf<QueueEvent, AsyncIterable<EngineEvent>>((report) =>
        this.engine.generate(messages, {
          maxTokens: MAX_REPLY_TOKENS,
          signal,
          onQueued: (position, etaMs) => {
            report({ type: 'queue', position, eta_ms: Math.round(etaMs) })
          },
        }),
      )
      return { events, budget, hits }
    } catch (error) {
      // Too large: the assistant's instructions or the question leave the model no room, but can be answered by quotes.
      const quotable = error instanceof AppError && ['model_unavailable', 'too_large'].includes(error.code)
      if (quotable) return { unavailable: error.message }
      throw error
    }
  }

  /** Passes the model's words on as they come. Returns false, without a reply, when there were none. */
  async *write(
    { events, budget, hits }: Extract<Writing, { events: unknown }>,
    evidence: Evidence,
    language: SpokenLanguage,
    watch: Stopwatch,
  ): AsyncGenerator<AnswerEvent, boolean> {
    const sources = shownPassages(hits)
    yield { type: 'sources', sources }
    let content = ''
    for await (const event of events) {
      if (event.type === 'token') {
        watch.firstToken()
        content += event.text
        yield { type: 'token', text: event.text }
        continue
      }
      if (content.trim() === '') break
      const metadata = {
        ...replyMetadata('compose', language, evidence, watch),
        model: this.engine.status().model,
        usage: {
          prompt_tokens: event.usage.promptTokens,
          cached_tokens: event.usage.cachedTokens,
          completion_tokens: event.usage.completionTokens,
        },
        budget,
      }
      yield { type: 'reply', reply: { content: content.trim(), sources, metadata } }
      return true
    }
    return false
  }
}
