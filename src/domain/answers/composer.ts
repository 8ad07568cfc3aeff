import { AppError } from '../../errors.js'
import type { ChatEngine, EngineEvent } from '../../inference/engine.js'
import { buildPrompt, type BuiltPrompt } from '../../inference/prompt.js'
import type { Evidence } from '../../retrieval/retriever.js'
import { shownPassages } from './citations.js'
import { Draft } from './draft.js'
import { replyMetadata, type AnswerEvent, type QueueEvent, type Question, type Stopwatch } from './reply.js'
import { reportsOf } from './reports.js'
import { SentenceStream, type StreamedSentence } from './sentence-stream.js'
import type { SpokenLanguage } from './wording.js'

/** Passages a model is shown. */
const MAX_PASSAGES = 4
/** Longest reply of a model, in tokens: a few paragraphs. */
const MAX_REPLY_TOKENS = 320

/** A reply the model has agreed to write; or why it cannot. */
export type Writing =
  | { events: AsyncIterable<EngineEvent>; budget: BuiltPrompt['budget']; hits: Evidence['hits'] }
  | { unavailable: string }

/** Has the chat model write replies from the passages found, and lets nothing pass that these do not bear out. */
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

  /**
   * Passes the model's sentences on, each once it is checked against the passages: the first that they do not bear out
   * is replaced by the quotation that answers best, later ones are left out. Returns why there is no reply, if none of
   * the model's sentences is borne out.
   */
  async *write(
    { events, budget, hits }: Extract<Writing, { events: unknown }>,
    evidence: Evidence,
    language: SpokenLanguage,
    watch: Stopwatch,
  ): AsyncGenerator<AnswerEvent, string | undefined> {
    yield { type: 'sources', sources: shownPassages(hits) }
    const draft = new Draft(hits, evidence.quotes, language)
    const sentences = new SentenceStream(language)
    const say = function* (read: StreamedSentence[]): Generator<AnswerEvent, void> {
      for (const sentence of read) {
        for (const text of draft.add(sentence)) {
          watch.firstToken()
          yield { type: 'token', text: draft.say(text) }
        }
      }
    }
    for await (const event of events) {
      if (event.type === 'token') {
        yield* say(sentences.push(event.text))
        if (draft.isHopeless) break
        continue
      }
      yield* say(sentences.end())
      if (!draft.hasBegun) break
      const metadata = {
        ...replyMetadata('compose', language, evidence, watch),
        model: this.engine.status().model,
        citation_validation_passed: draft.isWhole,
        usage: {
          prompt_tokens: event.usage.promptTokens,
          cached_tokens: event.usage.cachedTokens,
          completion_tokens: event.usage.completionTokens,
        },
        budget,
      }
      yield { type: 'reply', reply: { content: draft.text, sources: draft.sources(), metadata } }
      return undefined
    }
    return draft.isEmpty
      ? 'The chat model wrote nothing.'
      : 'The documents do not bear out what the chat model wrote.'
  }
}
