import { confidenceThreshold, type ConfidenceFeatures } from '#src/retrieval/confidence.js'
import { confidence, groundOf } from '#src/retrieval/evidence.js'
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

/** What a pair's confidence is fitted on: three cosines with one weight where they can be trusted. */
const FITTED: Record<'sighted' | 'blind', Record<string, (features: ConfidenceFeatures) => number>> = {
  sighted: {
    'cosine + sentence + 2 ahead': ({ cosine, sentence, ahead }) => cosine + sentence + 2 * ahead,
    missing: ({ missing }) => missing,
    met: ({ met }) => met,
  },
  blind: {
    passage: ({ passage }) => passage,
    cosine: ({ cosine }) => cosine,
    sentence: ({ sentence }) => sentence,
    missing: ({ missing }) => missing,
    met: ({ met }) => met,
    pairs: ({ pairs }) => pairs,
  },
}

/** Coefficients that tell held from not held, each set and each outcome weighing the same. */
export function calibrateDesks(
  sets: readonly (readonly DeskCase[])[],
  kind: 'sighted' | 'blind',
): Record<string, number> {
  const measures = Object.entries(FITTED[kind])
  const rows = sets.flatMap((cases) =>
    cases.map((one): Row => {
      const alike = cases.filter(({ held }) => held === one.held).length
      const features = measures.map(([, measure]) => measure(one.findings.features))
      return { features, label: isRight(one), weight: 100 / alike }
    }),
  )
  const { bias, weights } = fitLogistic(rows)
  return Object.fromEntries([
    ['bias', bias] as const,
    ...measures.map(([name], at) => [name, weights[at] ?? 0] as const),
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
