import { bagOf, coverageOf, holds, share } from './coverage.js'
import { asksPrice, namesAmount } from './expected-answer.js'
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
  /** Names and numbers of the question that it holds; 0 where there are none. */
  met: number
  /** Neighbouring question terms that are neighbours in the best sentence. */
  pairs: number
  /** How far the best cosine is ahead of those from the fourth on: what stands out was meant. */
  ahead: number
}

/** What the confidence rests on: a passage of a document, or the answer of a stored pair. */
export type Ground = 'passage' | 'pair'

interface Model extends Partial<ConfidenceFeatures> {
  bias: number
  /** Below this the honest reply is "I don't know". */
  threshold: number
}

/**
 * Logistic coefficients for an embedder that reads the question's language, and for one that is nearly blind in it.
 * For passages: fitted by `eval-evidence --calibrate` on en-squad and fr-piaf, whole and cut down to corpora of 25 to
 * 100 passages. For pairs: likewise on paraphrases (en-stackfaq, scripts/evidence/paraphrases) asked of desks of 24 and 36
 * pairs that hold the right one or not, rounded; by hand: `missing` of the sighted model is that of passages and `met` of
 * the blind one is kept small, since the paraphrases hardly name anything.
 */
const MODELS: Record<Ground, Record<'sighted' | 'blind', Model>> = {
  passage: {
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
  },
  pair: {
    sighted: {
      bias: -5.29,
      cosine: 3.7,
      sentence: 3.7,
      ahead: 7.4,
      missing: -1.24,
      met: 0.8,
      threshold: 0.35,
    },
    blind: {
      bias: -5.12,
      passage: 3.8,
      cosine: 2.3,
      sentence: 4.6,
      missing: -1.8,
      met: 1.5,
      pairs: 0.3,
      threshold: 0.42,
    },
  },
}
/** Where fewer than four passages are found, those from the fourth on are taken to be as near as foreign ones usually are. */
const USUAL_COSINE = 0.25
const STANDING_OUT_FROM = 3
/** A code or a price that is asked for and not there ("E43" of an answer about "E42") leaves this much. */
const LACKING = 0.2
const SAYS_SOMETHING = /\p{L}{2}|\p{L}\p{N}|\p{N}\p{L}/u
/** An English question and a French passage, or the reverse, share names and numbers by chance. */
const FOREIGN = 0.5
/** Letters and at least two digits: an error code, a model, an order number. */
const CODE = /^(?=.*\p{L})(?=.*\p{N}\p{N})[\p{L}\p{N}]{3,}$/u

/** The features of passages, in the order the calibration fits them. */
export const CONFIDENCE_FEATURES = [
  'passage',
  'own',
  'context',
  'cosine',
  'sentence',
  'missing',
  'pairs',
] as const

const FEATURES = [...CONFIDENCE_FEATURES, 'met', 'ahead'] as const

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
    met: named.length > 0 ? found : 0,
    ahead: standingOut(hits.map(({ vectorScore }) => vectorScore)),
    // One word has no neighbours: it counts by being there.
    pairs: (lone ? best?.features.own : best?.features.pairs) ?? 0,
  }
}

/** How likely the hits answer the question, in [0, 1]. */
export function confidenceOf(
  features: ConfidenceFeatures,
  sighted: boolean,
  ground: Ground = 'passage',
): number {
  const { bias, threshold: _, ...weights } = MODELS[ground][sighted ? 'sighted' : 'blind']
  const sum = FEATURES.reduce((total, key) => total + (weights[key] ?? 0) * features[key], bias)
  return 1 / (1 + Math.exp(-sum))
}

/** The confidence from which an answer is given. */
export function confidenceThreshold(sighted: boolean, ground: Ground = 'passage'): number {
  return MODELS[ground][sighted ? 'sighted' : 'blind'].threshold
}

/**
 * What is left of the confidence once the question itself is looked at: nothing when it has no word in it, little
 * when it asks about a code or for a price that the passage does not have, half when the passage is in the other of
 * French and English and the embedder does not read both.
 */
export function plausibility(question: Question, best: Hit | undefined, bilingual = false): number {
  if (best === undefined || !question.terms.some(({ word }) => SAYS_SOMETHING.test(word))) return 0
  const bag = bagOf(best.language ?? question.language, best.title, best.section ?? '', best.text)
  const codes = question.terms.filter(({ word }) => CODE.test(word))
  const hasCodes = codes.every((code) => holds(bag, code) > 0)
  const hasPrice = !asksPrice(question.text) || namesAmount(best.text)
  const isForeign = !bilingual && [question.language, best.language].toSorted().join() === 'en,fr'
  return (hasCodes && hasPrice ? 1 : LACKING) * (isForeign ? FOREIGN : 1)
}

function standingOut(cosines: readonly number[]): number {
  const sorted = cosines.toSorted((a, b) => b - a)
  const rest = sorted.slice(STANDING_OUT_FROM)
  const usual = rest.length > 0 ? rest.reduce((sum, one) => sum + one, 0) / rest.length : USUAL_COSINE
  return Math.max(0, (sorted[0] ?? 0) - usual)
}

/** Weighted share of the question's terms that the best of the hits holds, headings included. */
export function bestCoverage(question: Question, hits: readonly Hit[]): number {
  const shares = hits.map((hit) =>
    coverageOf(question, bagOf(hit.language ?? question.language, hit.title, hit.section ?? '', hit.text)),
  )
  return Math.max(0, ...shares)
}
