import { contradicts } from './contradiction.js'
import { bagOf, coverageOf, holds } from './coverage.js'
import { readQuestion, type Question, type WordStatistics } from './question.js'
import type { QaMatch } from './retriever.js'
import { foldAccents, tokenize } from './tokens.js'

/** A stored question-and-answer pair that may be what the visitor asks. */
export interface StoredPair {
  sourceId: string
  /** The passage that holds the question. */
  passageId: string
  question: string
  answer: string
  /** Cosine between the visitor's question and the stored one. */
  cosine: number
}

/** How much alike two questions are. */
export interface Likeness {
  pair: StoredPair
  /** Share of the visitor's terms in the stored question, and of the stored ones in the visitor's. */
  there: number
  back: number
  /** Share of the visitor's terms that neither the stored question nor its answer holds. */
  unmet: number
  /** In [0, 1]: how likely both ask the same. */
  likelihood: number
}

/** Stored questions are weighed by the prior alone: only the visitor's words were counted. */
const NO_STATISTICS: WordStatistics = { passages: 0, frequency: () => 0 }

/** Compares the visitor's question with stored ones, likeliest first. */
export function compareQuestions(
  asked: Question,
  pairs: readonly StoredPair[],
  sighted: boolean,
): Likeness[] {
  const bag = bagOf(asked.language, asked.text)
  return pairs
    .map((pair): Likeness => {
      const stored = readQuestion(pair.question, asked.language, NO_STATISTICS)
      const there = coverageOf(asked, bagOf(asked.language, pair.question))
      const back = coverageOf(stored, bag)
      const unmet = 1 - coverageOf(asked, bagOf(asked.language, pair.question, pair.answer))
      return {
        pair,
        there,
        back,
        unmet,
        likelihood: likelihood({ cosine: pair.cosine, there, back, unmet }, sighted),
      }
    })
    .toSorted((a, b) => b.likelihood - a.likelihood)
}

/**
 * Coefficients of a logistic model: fitted by `eval-evidence --calibrate` on half of en-stackfaq where the embedder reads
 * the language; where it does not, set by hand so that only questions of nearly the same words match.
 */
const MODEL = {
  sighted: { bias: -11.14, cosine: 17.88, there: -0.39, back: 0.38, unmet: -0.48 },
  blind: { bias: -9, cosine: 2.5, there: 4, back: 5.5, unmet: -2 },
}
/** The best pair must be at least this likely … */
const LIKELY = 0.8
/** … and this much likelier than the best one with another answer. */
const CLEAR = 0.2

function likelihood(
  f: { cosine: number; there: number; back: number; unmet: number },
  sighted: boolean,
): number {
  const m = sighted ? MODEL.sighted : MODEL.blind
  const sum = m.bias + m.cosine * f.cosine + m.there * f.there + m.back * f.back + m.unmet * f.unmet
  return 1 / (1 + Math.exp(-sum))
}

/** The pair whose answer may be served as the answer: alike, clearly ahead of any other answer, no contradiction. */
export function matchPair(asked: Question, compared: readonly Likeness[]): QaMatch | null {
  const exact = compared.find(({ pair }) => normalized(pair.question) === normalized(asked.text))
  const best = exact ?? compared[0]
  if (!best) return null
  const { pair } = best
  const others = compared.filter((other) => normalized(other.pair.answer) !== normalized(pair.answer))
  const second = others[0]
  const match = {
    sourceId: pair.sourceId,
    passageId: pair.passageId,
    question: pair.question,
    answer: pair.answer,
    score: pair.cosine,
    margin: pair.cosine - Math.max(0, ...others.map((other) => other.pair.cosine)),
  }
  if (exact) return match
  if (best.likelihood < LIKELY || best.likelihood - (second?.likelihood ?? 0) < CLEAR) return null
  if (bringsNames(asked, pair)) return null
  const alike = Math.min(best.there, best.back)
  return contradicts(asked.text, pair.question, pair.answer, alike, asked.language) ? null : match
}

/** Whether the visitor names something the pair knows nothing of: another plan, another product, another town. */
function bringsNames(asked: Question, { question, answer }: StoredPair): boolean {
  const bag = bagOf(asked.language, question, answer)
  return asked.terms.some((term) => term.kind === 'name' && holds(bag, term) === 0)
}

function normalized(text: string): string {
  return tokenize(text).map(foldAccents).join(' ')
}
