import {
  confidenceFeatures,
  confidenceOf,
  confidenceThreshold,
  plausibility,
  type ConfidenceFeatures,
  type Ground,
} from './confidence.js'
import { compareQuestions, matchPair, type Likeness, type StoredPair } from './qa-match.js'
import { readQuestion, type Question, type WordStatistics } from './question.js'
import { chooseQuotes } from './quote.js'
import type { Evidence, Hit } from './retriever.js'
import { candidatesOf, scoreOf, type Candidate } from './sentence-score.js'

/** A stored pair together with the passage that holds its answer, as a hit that can be quoted. */
export interface PairCandidate extends StoredPair {
  answerHit: Hit
}

export interface EvidenceInput {
  question: string
  /** Language of the question, ISO 639-1. */
  language: string
  /** Best first; passages of kind "question" are replaced by their pair's answer. */
  hits: readonly Hit[]
  /** The stored pairs whose questions are nearest to this one, by words or by meaning; five are plenty. */
  pairs: readonly PairCandidate[]
  /** Unit vector of the question. */
  questionEmbedding: Float32Array
  /** Unit vectors of a few sentences, by the same model. */
  embed: (texts: string[]) => Promise<Float32Array[]>
  statistics: WordStatistics
  /** Whether the embedder reads the question's language. Default: it does when that is English. */
  sighted?: boolean
  /** Whether it reads French and English alike, so that a question may be answered in the other language. */
  bilingual?: boolean
}

/** Passages that quotes are taken from, and sentences whose meaning is compared with the question's. */
const PASSAGES = 4
const EMBEDDED_SENTENCES = { sighted: 8, blind: 5 }
/** A pair that asks the same is evidence in itself, even one that may not be served as the answer. */
const PAIR_CREDIT = 0.9

/** What was measured before anything is decided. */
export interface Findings {
  question: Question
  sighted: boolean
  /** The embedder reads French and English alike. */
  bilingual: boolean
  hits: Hit[]
  candidates: Candidate[]
  features: ConfidenceFeatures
  compared: Likeness[]
}

/**
 * Says everything about one question that can be said without a model that writes: the stored pair that asks the
 * same, the sentences to quote, and how sure one may be of them. Embeds at most 8 sentences.
 */
export async function buildEvidence(input: EvidenceInput): Promise<Evidence> {
  const findings = await gather(input)
  const { question, sighted, candidates, features, compared } = findings
  const match = matchPair(question, compared)
  return {
    language: input.language,
    hits: [...input.hits],
    match,
    quotes: chooseQuotes(question, candidates),
    coverage: features.passage,
    cosine: features.cosine,
    confidence: match ? 1 : confidence(findings),
    threshold: confidenceThreshold(sighted, groundOf(findings)),
  }
}

/** How likely what would be quoted answers the question, in [0, 1]. */
export function confidence(findings: Findings): number {
  const { question, features, sighted } = findings
  const likely = Math.max(confidenceOf(features, sighted, groundOf(findings)), likePair(findings))
  return likely * plausibility(question, bestOf(findings)?.hit, findings.bilingual)
}

/** What would be quoted first: a passage, or the answer of a stored pair. */
export function groundOf(findings: Findings): Ground {
  return bestOf(findings)?.hit.type === 'qa' ? 'pair' : 'passage'
}

function bestOf({ candidates }: Findings): Candidate | undefined {
  return candidates.reduce<Candidate | undefined>(
    (best, one) => (best && best.score >= one.score ? best : one),
    undefined,
  )
}

/** Reads the question and measures hits and stored pairs against it. */
export async function gather(input: EvidenceInput): Promise<Findings> {
  const sighted = input.sighted ?? input.language === 'en'
  const question = readQuestion(input.question, input.language, input.statistics)
  const compared = compareQuestions(question, input.pairs, sighted)
  const hits = quotableHits(input.hits, input.pairs).slice(0, PASSAGES)
  const candidates = candidatesOf(question, hits)
  score(candidates, sighted)
  await compareMeaning(candidates, input, EMBEDDED_SENTENCES[sighted ? 'sighted' : 'blind'])
  score(candidates, sighted)
  const features = confidenceFeatures(question, input.hits, candidates)
  const bilingual = input.bilingual ?? false
  return { question, sighted, bilingual, hits, candidates, features, compared }
}

/** Puts a pair's answer in the place of its question, once per pair. */
function quotableHits(hits: readonly Hit[], pairs: readonly PairCandidate[]): Hit[] {
  const answers = new Map(pairs.map((pair) => [pair.sourceId, pair.answerHit]))
  const taken = new Set<string>()
  return hits.flatMap((hit) => {
    const answer = hit.kind === 'question' ? answers.get(hit.sourceId) : hit
    if (!answer || taken.has(answer.passageId)) return []
    taken.add(answer.passageId)
    const vectorScore = Math.max(answer.vectorScore, hit.vectorScore)
    return [
      answer === hit ? hit : { ...answer, score: hit.score, lexicalScore: hit.lexicalScore, vectorScore },
    ]
  })
}

function score(candidates: readonly Candidate[], sighted: boolean): void {
  for (const candidate of candidates) candidate.score = scoreOf(candidate.features, sighted)
}

/** Fills in the cosine of the sentences that the words put first. */
async function compareMeaning(
  candidates: readonly Candidate[],
  input: EvidenceInput,
  most: number,
): Promise<void> {
  const first = candidates
    .filter(({ kind }) => kind !== 'heading')
    .toSorted((a, b) => b.score - a.score)
    .slice(0, most)
  const vectors = first.length > 0 ? await input.embed(first.map(({ text }) => text)) : []
  for (const [at, candidate] of first.entries()) {
    const vector = vectors[at]
    if (vector) candidate.features.cosine = Math.max(0, dot(vector, input.questionEmbedding))
  }
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0
  for (let at = 0; at < a.length; at += 1) sum += (a[at] ?? 0) * (b[at] ?? 0)
  return sum
}

/** What the likeliest pair whose answer may be quoted adds to the confidence. */
function likePair({ compared, hits }: Findings): number {
  const quotable = compared.find(({ pair }) => hits.some(({ sourceId }) => sourceId === pair.sourceId))
  return PAIR_CREDIT * (quotable?.likelihood ?? 0)
}
