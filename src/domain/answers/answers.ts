import type { Evidence, Retriever } from '../../retrieval/retriever.js'
import { requireSearch } from '../readiness.js'
import { matchedPair, quotedReply } from './citations.js'
import type { Composer } from './composer.js'
import { replyMetadata, Stopwatch, type AnswerEvent, type Question } from './reply.js'
import { salutation } from './salutation.js'
import { smalltalk } from './smalltalk.js'
import { declined, spoken, type SpokenLanguage } from './wording.js'

/** A salutation is a paragraph of its own. */
const AFTER_SALUTATION = '\n\n'

/**
 * Answers questions from the organization's own knowledge: a stored pair verbatim when one asks the same,
 * else literal quotes, else, where the assistant is set to it, the model's own text; and an honest "I don't
 * know" when the evidence is weak.
 */
export class Answers {
  constructor(
    private readonly retriever: Retriever,
    private readonly composer: Composer,
  ) {}

  /** @throws AppError `not_ready` while questions cannot be answered. */
  requireReady(): Promise<void> {
    return requireSearch(this.retriever)
  }

  /** Makes one reply. The last event is the reply itself. */
  async *answer(question: Question, signal: AbortSignal): AsyncGenerator<AnswerEvent, void> {
    const watch = new Stopwatch()
    const courtesy = smalltalk(question.content)
    if (courtesy !== undefined) {
      const { language } = courtesy
      const opening = openingOf(question, language)
      const text = opening === undefined ? courtesy.text : courtesy.afterSalutation
      yield* opened(opening, spokenReply('smalltalk', text, language, undefined, watch))
      return
    }
    const scope = { orgId: question.orgId, assistantId: question.assistant.id }
    const evidence = await this.retriever.evidence(scope, question.content, signal)
    watch.retrievalDone()

    const language = replyLanguage(question, evidence)
    const opening = openingOf(question, language)
    if (evidence.match !== null) {
      yield* opened(opening, verbatimReply(evidence, evidence.match, watch))
    } else if (evidence.confidence < evidence.threshold || evidence.quotes.length === 0) {
      const text = declined(language, question.assistant.handoff_message)
      yield* opened(opening, spokenReply('declined', text, language, evidence, watch))
    } else if (question.assistant.answer_mode === 'compose') {
      yield* this.composed(question, evidence, watch, signal)
    } else {
      yield* opened(opening, quoteReply(evidence, watch))
    }
  }

  /** The model's text, or quotes when there is no model to write it, or it has nothing to say. */
  private async *composed(question: Question, evidence: Evidence, watch: Stopwatch, signal: AbortSignal) {
    const language = replyLanguage(question, evidence)
    const writing = yield* this.composer.begin(question, evidence, language, signal)
    watch.queueDone()
    const quoted = (why: string) => opened(openingOf(question, language), quoteReply(evidence, watch, why))
    if ('unavailable' in writing) yield* quoted(writing.unavailable)
    else {
      const why = yield* this.composer.write(writing, evidence, language, watch)
      if (why !== undefined) yield* quoted(why)
    }
  }
}

function* quoteReply(evidence: Evidence, watch: Stopwatch, fallback?: string): Generator<AnswerEvent, void> {
  const { parts, sources } = quotedReply(evidence.quotes)
  yield { type: 'sources', sources }
  watch.firstToken()
  for (const text of parts) yield { type: 'token', text }
  const metadata = {
    ...replyMetadata('quote', evidence.language, evidence, watch),
    ...(fallback !== undefined && { fallback }),
  }
  yield { type: 'reply', reply: { content: parts.join(''), sources, metadata } }
}

function* verbatimReply(
  evidence: Evidence,
  match: NonNullable<Evidence['match']>,
  watch: Stopwatch,
): Generator<AnswerEvent, void> {
  const sources = [matchedPair(match, evidence.hits)]
  yield { type: 'sources', sources }
  watch.firstToken()
  yield { type: 'token', text: match.answer }
  const certainty = { confidence: Math.max(match.score, evidence.confidence), threshold: evidence.threshold }
  const metadata = replyMetadata('verbatim', evidence.language, certainty, watch)
  yield { type: 'reply', reply: { content: match.answer, sources, metadata } }
}

function* spokenReply(
  mode: 'declined' | 'smalltalk',
  text: string,
  language: SpokenLanguage,
  evidence: Evidence | undefined,
  watch: Stopwatch,
): Generator<AnswerEvent, void> {
  watch.firstToken()
  yield { type: 'token', text }
  const metadata = replyMetadata(mode, language, evidence, watch)
  yield { type: 'reply', reply: { content: text, sources: [], metadata } }
}

/** The words that open a conversation with somebody known; only its first reply has them. */
function openingOf({ isFirst, traits }: Question, language: SpokenLanguage): string | undefined {
  return isFirst ? salutation(traits, language) : undefined
}

/** Puts words of our own in front of a reply, and tells in its metadata which they are; what it cites stays literal. */
function* opened(opening: string | undefined, events: Iterable<AnswerEvent>): Generator<AnswerEvent, void> {
  let isSaid = opening === undefined
  for (const event of events) {
    if (event.type === 'token' && !isSaid) {
      isSaid = true
      yield { type: 'token', text: `${opening ?? ''}${AFTER_SALUTATION}` }
    }
    if (event.type !== 'reply' || opening === undefined) yield event
    else {
      const { content, metadata, sources } = event.reply
      const reply = {
        content: `${opening}${AFTER_SALUTATION}${content}`,
        metadata: { ...metadata, salutation: opening },
        sources,
      }
      yield { type: 'reply', reply }
    }
  }
}

/** The visitor's language, unless the assistant has a fixed one. */
function replyLanguage(question: Question, evidence: Evidence): SpokenLanguage {
  const { fixed_language: fixed, language } = question.assistant
  return spoken(fixed, evidence.language, question.locale, language)
}
