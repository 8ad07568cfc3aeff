import { leansOnPrevious } from '../anaphora.js'
import { opposed } from '../opposites.js'
import type { Hit } from '../retriever.js'
import { splitSentences, type Sentence } from '../sentences.js'
import { foldAccents, tokenize } from '../tokens.js'
import type { Amount } from './amounts.js'
import type { Limit } from './limits.js'
import { readStatement, type Statement, type Word } from './statement.js'
import { isSaid } from './word-order.js'

/** The literal stretch of a passage that a sentence rests on: `hit.text.slice(start, end)`. */
export interface Ground {
  hit: Hit
  start: number
  end: number
}

/** What was found wanting in the passages, nearest first. */
export type Doubt = 'words' | 'order' | 'number' | 'negation' | 'limit' | 'opposite'

/** Whether passages say what a sentence says. */
export type Verdict = { supported: true; ground: Ground } | { supported: false; doubt: Doubt }

/** What a claim is compared with: one sentence, with those before it that it leans on. */
interface Evidence extends Ground {
  text: string
  statement: Statement
  clauses: Statement[]
  /** The words of each of its sentences. */
  sentences: Word[][]
}

/** Of a claim's words, so many may come from the passage's title and section instead of its sentence. */
const MAX_FROM_CONTEXT = 1 / 3
/** Sentences that may be read together, the last of them leaning on those before. */
const TOGETHER = 3
/** A statement with one of these is not true without it. */
const CONDITIONS: readonly Limit[] = ['only', 'except', 'if', 'some', 'roughly']
/** What may take the place of a limit that a claim has. */
const IMPLIED: Partial<Record<Limit, Limit[]>> = { may: ['may', 'must'] }
const CONTRAST =
  /[;:]\s|\s[–—]\s|,?\s(?:but|however|whereas|although|though|while|mais|tandis que|alors que|bien que|en revanche|cependant|toutefois)\s/giu

/**
 * Checks sentences against passages, by words alone: every word of meaning must stand in one sentence of a passage (or in
 * one and those it leans on), with the same numbers and units, the same limits and conditions, as many negations, in about
 * the same order, and without another name or number of the same kind between. What is said in other words is doubted,
 * however true it is: a doubt costs a quotation, a false sentence costs trust.
 */
export class SupportCheck {
  readonly #evidence: Evidence[]

  constructor(
    hits: readonly Hit[],
    /** Of passages that do not tell theirs. */
    private readonly language: string,
  ) {
    this.#evidence = hits.flatMap((hit) => evidenceIn(hit, this.languageOf(hit)))
  }

  /** Whether one of the passages says it. The doubt named is that about the sentence which comes nearest. */
  check(sentence: string): Verdict {
    let nearest: Doubt = 'words'
    for (const evidence of this.#evidence) {
      const doubt = isLiteral(sentence, evidence.text) ? undefined : this.doubt(sentence, evidence)
      if (doubt === undefined) {
        const { hit, start, end } = evidence
        return { supported: true, ground: { hit, start, end } }
      }
      if (nearest === 'words') nearest = doubt
    }
    return { supported: false, doubt: nearest }
  }

  private doubt(sentence: string, evidence: Evidence): Doubt | undefined {
    const language = this.languageOf(evidence.hit)
    const claim = readStatement(sentence, language)
    if (claim.words.length === 0) return 'words'
    const missing = claim.words.filter(({ stem }) => !holds(evidence.statement, stem))
    if (missing.length > 0 && !fromContext(missing, claim, evidence, language)) return 'words'
    if (claim.amounts.some((amount) => !countsSame(amount, evidence.statement.amounts))) return 'number'
    if (opposed(wordSet(sentence), wordSet(evidence.text))) return 'opposite'
    return (
      limitDoubt(claim, evidence.statement) ??
      negationDoubt(sentence, evidence, language) ??
      (isSaid(
        claim.words.filter((word) => !missing.includes(word)),
        evidence.sentences,
      )
        ? undefined
        : 'order')
    )
  }

  private languageOf({ language }: Hit): string {
    return language ?? this.language
  }
}

function evidenceIn(hit: Hit, language: string): Evidence[] {
  const sentences = splitSentences(hit.text, language)
  return sentences.flatMap((last, at) => {
    const first = sentences[firstOf(sentences, at, language)] ?? last
    const together = sentences.slice(sentences.indexOf(first), at + 1)
    const alone = evidenceOf(hit, [last], language)
    return first === last ? [alone] : [alone, evidenceOf(hit, together, language)]
  })
}

/** The first of the sentences that this one must be read with. */
function firstOf(sentences: readonly Sentence[], at: number, language: string): number {
  let first = at
  while (first > 0 && at - first < TOGETHER - 1) {
    const sentence = sentences[first]
    const before = sentences[first - 1]
    if (sentence === undefined || before === undefined || before.kind === 'heading') break
    if (!leansOnPrevious(sentence.text, language)) break
    first -= 1
  }
  return first
}

function evidenceOf(hit: Hit, sentences: readonly Sentence[], language: string): Evidence {
  const [start, end] = [sentences[0]?.start ?? 0, sentences.at(-1)?.end ?? 0]
  const text = hit.text.slice(start, end)
  const clauses = text.split(CONTRAST).map((clause) => readStatement(clause, language))
  const words = sentences.map((sentence) => readStatement(sentence.text, language).words)
  return { hit, start, end, text, statement: readStatement(text, language), clauses, sentences: words }
}

function holds({ words }: Statement, stem: string): boolean {
  return words.some((word) => word.stem === stem)
}

/** A claim may name what its passage is about, where that is no name and no number. */
function fromContext(missing: Word[], claim: Statement, { hit }: Evidence, language: string): boolean {
  if (missing.length > claim.words.length * MAX_FROM_CONTEXT) return false
  const context = readStatement(`${hit.title}. ${hit.section ?? ''}`, language)
  return missing.every(({ stem, isName }) => !isName && holds(context, stem))
}

function countsSame(amount: Amount, amounts: readonly Amount[]): boolean {
  return amounts.some(
    ({ value, unit, limit, then }) =>
      value === amount.value &&
      (amount.unit === null || unit === amount.unit) &&
      limit === amount.limit &&
      then === amount.then,
  )
}

/** Every limit of the claim is the passage's, and no condition of the passage is left out. */
function limitDoubt(claim: Statement, evidence: Statement): Doubt | undefined {
  const added = [...claim.limits].some(
    (limit) => !(IMPLIED[limit] ?? [limit]).some((other) => evidence.limits.has(other)),
  )
  const dropped = CONDITIONS.some((limit) => evidence.limits.has(limit) && !claim.limits.has(limit))
  const softened = evidence.limits.has('may') && !claim.limits.has('may') && claim.limits.has('must')
  return added || dropped || softened ? 'limit' : undefined
}

/** Each clause of the claim says no as often as the fewest clauses of the passage that hold its words. */
function negationDoubt(sentence: string, { clauses }: Evidence, language: string): Doubt | undefined {
  const claims = sentence.split(CONTRAST).map((clause) => readStatement(clause, language))
  const agrees = claims.every((claim) => {
    const ranges = narrowestRanges(claim, clauses)
    return ranges.some(
      (range) => range.reduce((sum, { negations }) => sum + negations, 0) === claim.negations,
    )
  })
  return agrees ? undefined : 'negation'
}

/** The runs of clauses that hold the words of the claim which any clause holds, of those no shorter part does. */
function narrowestRanges(claim: Statement, clauses: Statement[]): Statement[][] {
  const known = claim.words.filter(({ stem }) => clauses.some((clause) => holds(clause, stem)))
  for (let length = 1; length <= clauses.length; length += 1) {
    const ranges = clauses
      .map((_, at) => clauses.slice(at, at + length))
      .filter((range) => range.length === length)
      .filter((range) => known.every(({ stem }) => range.some((clause) => holds(clause, stem))))
    if (ranges.length > 0) return ranges
  }
  return []
}

/** The very sentence, whatever its spaces and quotation marks look like. */
function isLiteral(sentence: string, text: string): boolean {
  const plain = (one: string) => one.normalize('NFKC').replaceAll('’', "'").replace(/\s+/gu, ' ').trim()
  return plain(sentence) === plain(text)
}

function wordSet(text: string): ReadonlySet<string> {
  return new Set(tokenize(text).map(foldAccents))
}
