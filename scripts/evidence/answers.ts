import { confidenceOf, CONFIDENCE_FEATURES, confidenceThreshold } from '#src/retrieval/confidence.js'
import { chooseQuotes } from '#src/retrieval/quote.js'
import type { Case, Corpus } from './cases.js'
import { apply, fitLogistic, type LogisticModel, type Row } from './logistic.js'

/** How often the quotes hold the gold answer, and how long they are. */
export function quoteFigures(cases: readonly Case[]) {
  const asked = cases.filter(({ corpus, answerable }) => corpus === 'whole' && answerable)
  const replies = asked.map(({ findings, question, rank }) => {
    const quotes = chooseQuotes(findings.question, findings.candidates)
    const text = quotes.map((quote) => quote.text)
    return {
      held: question.answers.some((gold) => text.some((one) => one.includes(gold))),
      top3: rank >= 0 && rank < 3,
      characters: text.reduce((sum, one) => sum + one.length, 0),
    }
  })
  const found = replies.filter(({ top3 }) => top3)
  return {
    givenTop3: share(found.map(({ held }) => held)),
    overall: share(replies.map(({ held }) => held)),
    top3: share(replies.map(({ top3 }) => top3)),
    characters: replies.reduce((sum, { characters }) => sum + characters, 0) / Math.max(1, replies.length),
  }
}

/** What a threshold does: shares of answerable and of unanswerable questions that are declined. */
export interface Point {
  threshold: number
  falselyDeclined: number
  declined: number
}

/** The thresholds that decline the given shares of the answerable questions. */
export function curve(
  answerable: readonly number[],
  unanswerable: readonly number[],
  shares: readonly number[],
): Point[] {
  const sorted = answerable.toSorted((a, b) => a - b)
  return shares.map((falselyDeclined) => {
    const threshold = sorted[Math.floor(falselyDeclined * sorted.length)] ?? 1
    return { threshold, falselyDeclined, declined: share(unanswerable.map((one) => one < threshold)) }
  })
}

/** Confidences the shipped constants give to one kind of case. */
export function shippedConfidences(cases: readonly Case[], corpus: Corpus, answerable: boolean): number[] {
  return select(cases, corpus, answerable).map(({ findings }) =>
    confidenceOf(findings.features, findings.sighted),
  )
}

/** What the shipped threshold does to one kind of corpus. */
export function shippedPoint(cases: readonly Case[], corpus: 'whole' | 'small', sighted: boolean): Point {
  const threshold = confidenceThreshold(sighted)
  const below = (confidences: number[]) => share(confidences.map((one) => one < threshold))
  return {
    threshold,
    falselyDeclined: below(shippedConfidences(cases, corpus, true)),
    declined: below(shippedConfidences(cases, corpus, false)),
  }
}

/** Fits on one half and judges on the other; both ways, then on everything for the constants to ship. */
export function calibrate(cases: readonly Case[]) {
  const halves = ([0, 1] as const).map((half) => {
    const model = fitLogistic(rows(cases.filter((one) => one.half === half)))
    const rest = cases.filter((one) => one.half !== half)
    const score = (corpus: Corpus, answerable: boolean) =>
      select(rest, corpus, answerable).map((one) => apply(model, featuresOf(one)))
    return {
      whole: curve(score('whole', true), score('whole', false), [0.05, 0.1, 0.15]),
      small: curve(score('small', true), score('small', false), [0.05, 0.1, 0.15]),
      removed: curve(score('small', true), score('removed', false), [0.05, 0.1, 0.15]),
    }
  })
  return { halves, model: named(fitLogistic(rows(cases))) }
}

/** Each kind of case weighs the same whatever its number; passages taken away, where others may answer, weigh less. */
function rows(cases: readonly Case[]): Row[] {
  const kindOf = ({ corpus, answerable }: Case) => `${corpus} ${String(answerable)}`
  const counts = new Map<string, number>()
  for (const one of cases) counts.set(kindOf(one), (counts.get(kindOf(one)) ?? 0) + 1)
  return cases.map((one) => {
    const importance = one.answerable || one.corpus === 'whole' ? 1 : 0.5
    return {
      features: featuresOf(one),
      label: one.answerable,
      weight: importance / (counts.get(kindOf(one)) ?? 1),
    }
  })
}

function featuresOf({ findings }: Case): number[] {
  return CONFIDENCE_FEATURES.map((key) => findings.features[key])
}

function named({ bias, weights }: LogisticModel): Record<string, number> {
  const pairs = CONFIDENCE_FEATURES.map((key, at) => [key, weights[at] ?? 0] as const)
  return Object.fromEntries([['bias', bias] as const, ...pairs])
}

function select(cases: readonly Case[], corpus: Corpus, answerable: boolean): Case[] {
  return cases.filter((one) => one.corpus === corpus && one.answerable === answerable)
}

function share(list: readonly boolean[]): number {
  return list.filter(Boolean).length / Math.max(1, list.length)
}
