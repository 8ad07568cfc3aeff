import { AppError } from '../errors.js'
import type { PromptMessage } from './engine.js'
import {
  pageBlock,
  passageBlock,
  type PromptAssistant,
  type PromptPage,
  type PromptPassage,
  questionText,
  systemText,
  visitorBlock,
  visitorLines,
} from './prompt-text.js'
import { estimateTokens } from './token-estimate.js'

export type { PromptAssistant, PromptPage, PromptPassage }

export interface PromptInput {
  assistant: PromptAssistant
  /** BCP 47 tag of the language to answer in, such as `fr`. */
  language: string
  /** Best first. */
  passages: readonly PromptPassage[]
  /** Oldest first, without the question. */
  history: readonly { role: 'user' | 'assistant'; content: string }[]
  question: string
  /** What the host knows about the visitor. */
  traits?: Readonly<Record<string, unknown>>
  /** The page the visitor is on. */
  page?: PromptPage | undefined
  /** Tokens the whole prompt may have: the model's context less the longest reply. */
  budgetTokens: number
  /** Counts tokens; a careful estimate when the model's tokenizer is not at hand. */
  countTokens?: (text: string) => number
}

/**
 * One part of the prompt: `index` is its place in the input list (0 where there is only one). `visitor` 1 is what is
 * known of the visitor beyond the bound for it.
 */
export interface PromptPart {
  kind: 'instructions' | 'visitor' | 'page' | 'history' | 'passage' | 'question'
  index: number
  tokens: number
}

export interface BuiltPrompt {
  messages: PromptMessage[]
  /** What made it into the prompt, and what the budget left out. */
  budget: { kept: PromptPart[]; dropped: PromptPart[] }
}

/** Tokens a chat template puts around one message: markers, role, line ends. The largest common ones take 8. */
const MESSAGE_OVERHEAD = 8
/** Tokens of the blank line between two blocks of one message. */
const BLOCK_OVERHEAD = 2
/** Tokens that may be spent on what is known of the visitor. */
const MAX_VISITOR_TOKENS = 200

/**
 * Builds the prompt for one reply. The part that stays the same from question to question comes first, so that
 * its evaluation is kept; documents and what is known of the visitor come last, marked as data. Over budget, the
 * oldest turns go first, then the page, then what is known of the visitor, then the passages from the last one up.
 * @throws AppError `too_large` when instructions and question alone exceed the budget.
 */
export function buildPrompt(input: PromptInput): BuiltPrompt {
  const { assistant, language, passages, history, question, budgetTokens } = input
  const count = input.countTokens ?? estimateTokens
  const part = (kind: PromptPart['kind'], index: number, text: string, overhead = 0): PromptPart => ({
    kind,
    index,
    tokens: count(text) + overhead,
  })

  const system = systemText(assistant, language)
  const { text: visitor, left } = boundedVisitor(input.traits ?? {}, count)
  const page = pageBlock(input.page ?? {})
  const fixed = [
    part('instructions', 0, system, MESSAGE_OVERHEAD),
    part('question', 0, questionText([], [], question, language), MESSAGE_OVERHEAD),
  ]
  const turns = history.map((turn, index) => part('history', index, turn.content, MESSAGE_OVERHEAD))
  const about = [
    { text: page, part: part('page', 0, page, BLOCK_OVERHEAD) },
    { text: visitor, part: part('visitor', 0, visitor, BLOCK_OVERHEAD) },
  ].filter(({ text }) => text !== '')
  const known = about.map((each) => each.part)
  const sources = passages.map((passage, index) =>
    part('passage', index, passageBlock(passage), BLOCK_OVERHEAD),
  )

  const dropped = chooseDropped({ fixed, turns, known, sources }, history, budgetTokens)
  const stays = (candidate: PromptPart) => !dropped.includes(candidate)
  const shown = passages.filter((_, index) => sources[index] !== undefined && stays(sources[index]))
  const told = about.filter((each) => stays(each.part)).map(({ text }) => text)
  const messages: PromptMessage[] = [
    { role: 'system', content: system },
    ...history.filter((_, index) => turns[index] !== undefined && stays(turns[index])),
    { role: 'user', content: questionText(shown, told, question, language) },
  ]
  const kept = [...fixed, ...turns, ...known, ...sources].filter(stays)
  const beyond = left === '' ? [] : [part('visitor', 1, left)]
  return { messages, budget: { kept, dropped: [...dropped, ...beyond] } }
}

/** The block of what is known of the visitor, with as many lines as the bound for it lets in; and the lines left out. */
function boundedVisitor(
  traits: Readonly<Record<string, unknown>>,
  count: (text: string) => number,
): { text: string; left: string } {
  const kept: string[] = []
  const left: string[] = []
  let room = MAX_VISITOR_TOKENS - count(visitorBlock(['']))
  for (const line of visitorLines(traits)) {
    const tokens = count(`${line}\n`)
    if (tokens > room) left.push(line)
    else {
      kept.push(line)
      room -= tokens
    }
  }
  return { text: visitorBlock(kept), left: left.join('\n') }
}

interface Parts {
  fixed: PromptPart[]
  turns: PromptPart[]
  known: PromptPart[]
  sources: PromptPart[]
}

/** The parts to leave out, in the order in which they are given up. */
function chooseDropped(parts: Parts, history: PromptInput['history'], budgetTokens: number): PromptPart[] {
  const { fixed, turns, known, sources } = parts
  if (total(fixed) > budgetTokens) {
    throw new AppError('too_large', 'The question is too long for this model; please shorten it.')
  }
  let excess = total([...fixed, ...turns, ...known, ...sources]) - budgetTokens
  const dropped: PromptPart[] = []
  for (const candidate of [...turns, ...known, ...sources.toReversed()]) {
    // A conversation must not begin with a reply to a question that is gone.
    const orphan =
      candidate.kind === 'history' &&
      history[candidate.index]?.role === 'assistant' &&
      dropped.length === candidate.index
    if (excess <= 0 && !(orphan && candidate.index > 0)) continue
    dropped.push(candidate)
    excess -= candidate.tokens
  }
  return dropped
}

function total(parts: PromptPart[]): number {
  return parts.reduce((sum, part) => sum + part.tokens, 0)
}
