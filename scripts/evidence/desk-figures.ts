import { CONFIDENCE_FEATURES } from '#src/retrieval/confidence.js'
import { confidence, groundOf } from '#src/retrieval/evidence.js'
import { confidenceThreshold } from '#src/retrieval/confidence.js'
import { chooseQuotes } from '#src/retrieval/quote.js'
import type { DeskCase } from './desk-corpora.js'
import { fitLogistic, type Row } from './logistic.js'

/** What replies from stored pairs are worth at the shipped thresholds. */
export interface DeskFigures {
  /** Share of the questions whose pair is held: it is among what would be quoted; and it is quoted. */
  quotable: number
  right: number
  /** Share of the questions whose pair is held: something else is quoted. */
  wrong: number
  /** Share of the questions whose pair is not held. */
  declined: number
}

/** What the shipped constants do. */
export function deskFigures(cases: readonly DeskCase[]): DeskFigures {
  const held = cases.filter((one) => one.held)
  const absent = cases.filter((one) => !one.held)
  return {
    quotable: share(held.map(isRight)),
    right: share(held.map((one) => isRight(one) && isAnswered(one))),
    wrong: share(held.map((one) => !isRight(one) && isAnswered(one))),
    declined: share(absent.map((one) => !isAnswered(one))),
  }
}

/** Every feature a pair's confidence may use, in the order they are fitted. */
export const PAIR_FEATURES = [...CONFIDENCE_FEATURES, 'met', 'ahead'] as const

/** Coefficients that tell held from not held, each set and each outcome weighing the same. */
export function calibrateDesks(
  sets: readonly (readonly DeskCase[])[],
  keys = PAIR_FEATURES as readonly (typeof PAIR_FEATURES)[number][],
) {
  const rows = sets.flatMap((cases) =>
    cases.map((one): Row => ({
      features: keys.map((key) => one.findings.features[key]),
      label: isRight(one),
      weight: 100 / cases.filter(({ held }) => held === one.held).length,
    })),
  )
  const { bias, weights } = fitLogistic(rows)
  return Object.fromEntries([
    ['bias', bias] as const,
    ...keys.map((key, at) => [key, weights[at] ?? 0] as const),
  ])
}

function isRight({ held, sourceId, findings }: DeskCase): boolean {
  return (
    held && chooseQuotes(findings.question, findings.candidates).some(({ hit }) => hit.sourceId === sourceId)
  )
}

function isAnswered({ findings }: DeskCase): boolean {
  return confidence(findings) >= confidenceThreshold(findings.sighted, groundOf(findings))
}

function share(list: readonly boolean[]): number {
  return list.filter(Boolean).length / Math.max(1, list.length)
}
