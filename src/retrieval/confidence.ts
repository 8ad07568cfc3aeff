import { bagOf, coverageOf, holds, share } from './coverage.js'
import type { Question } from './question.js'
import type { Hit } from './retriever.js'
import type { Candidate } from './sentence-score.js'

/** What tells a question that the passages answer from one they do not; each in [0, 1]. */
export interface ConfidenceFeatures {
  /** Question terms in the passage that holds most of them. */
  passage: number
  /** Question terms in the best sentence. */
  own: number
  /** Question terms in and around the best sentence. */
  context: number
  /** Best cosine of a passage and of a sentence. */
  cosine: number
  sentence: number
  /** Names and numbers of the question that the best sentence's passage lacks. */
  missing: number
  /** Neighbouring question terms that are neighbours in the best sentence. */
  pairs: number
}

interface Model extends ConfidenceFeatures {
  bias: number
  /** Below this the honest reply is "I don't know". */
  threshold: number
}

/**
 * Logistic coefficients for an embedder that reads the question's language, and for one that is nearly blind in it.
 * Fitted by `eval-evidence --calibrate` on en-squad and fr-piaf, whole and cut down to corpora of 25 to 100 passages.
 */
const MODELS: Record<'sighted' | 'blind', Model> = {
  sighted: {
    bias: -6.47,
    passage: 2.33,
    own: 0.53,
    context: 1.65,
    cosine: 2.73,
    sentence: 4.3,
    missing: -1.24,
    pairs: 1.73,
    threshold: 0.5,
  },
  blind: {
    bias: -3.65,
    passage: 2.02,
    own: 1.1,
    context: 1.49,
    cosine: 1.62,
    sentence: 1.29,
    missing: -1.69,
    pairs: 1.42,
    threshold: 0.4,
  },
}
/** The features, in the order the calibration fits them. */
export const CONFIDENCE_FEATURES = [
  'passage',
  'own',
  'context',
  'cosine',
  'sentence',
  'missing',
  'pairs',
] as const

/** Measures the evidence as a whole. `candidates` are scored; `hits` are those they come from. */
export function confidenceFeatures(
  question: Question,
  hits: readonly Hit[],
  candidates: readonly Candidate[],
): ConfidenceFeatures {
  const best = candidates.toSorted((a, b) => b.score - a.score)[0]
  const cosines = candidates.map(({ features }) => features.cosine).filter((cosine) => !Number.isNaN(cosine))
  const named = question.terms.filter(({ kind }) => kind !== 'word')
  const language = best?.hit.language ?? question.language
  const bag = bagOf(language, best?.hit.title ?? '', best?.hit.section ?? '', best?.hit.text ?? '')
  const found = share(named, (term) => holds(bag, term))
  const lone = question.terms.length < 2
  return {
    passage: Math.max(0, ...candidates.map(({ features }) => features.passage)),
    own: best?.features.own ?? 0,
    context: best?.features.context ?? 0,
    cosine: Math.max(0, ...hits.map(({ vectorScore }) => vectorScore)),
    sentence: Math.max(0, ...cosines),
    missing: named.length > 0 ? 1 - found : 0,
    // One word has no neighbours: it counts by being there.
    pairs: (lone ? best?.features.own : best?.features.pairs) ?? 0,
  }
}

/** How likely the hits answer the question, in [0, 1]. */
export function confidenceOf(features: ConfidenceFeatures, sighted: boolean): number {
  const model = MODELS[sighted ? 'sighted' : 'blind']
  const sum = CONFIDENCE_FEATURES.reduce((total, key) => total + model[key] * features[key], model.bias)
  return 1 / (1 + Math.exp(-sum))
}

/** The confidence from which an answer is given. */
export function confidenceThreshold(sighted: boolean): number {
  return MODELS[sighted ? 'sighted' : 'blind'].threshold
}

/** Weighted share of the question's terms that the best of the hits holds, headings included. */
export function bestCoverage(question: Question, hits: readonly Hit[]): number {
  const shares = hits.map((hit) =>
    coverageOf(question, bagOf(hit.language ?? question.language, hit.title, hit.section ?? '', hit.text)),
  )
  return Math.max(0, ...shares)
}
