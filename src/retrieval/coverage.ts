import type { Question, Term } from './question.js'
import { stems } from './stems.js'

/** A text's stems, for asking what it holds. */
export interface Bag {
  stems: ReadonlySet<string>
  /** First letters of the stems, to find relatives: "italie" meets "italien". */
  relatives: ReadonlyMap<string, readonly string[]>
}

const PREFIX = 4
/** A relative of a word counts for less than the word. */
const RELATIVE_CREDIT = 0.6

/** Collects the stems of one or more texts that count as one. */
export function bagOf(language: string, ...texts: string[]): Bag {
  return bagOfStems(new Set(texts.flatMap((text) => stems(text, language))))
}

/** As `bagOf`, of stems that are known already. */
export function bagOfStems(all: ReadonlySet<string>): Bag {
  const relatives = new Map<string, string[]>()
  for (const stem of all) {
    if (stem.length <= PREFIX) continue
    const key = stem.slice(0, PREFIX)
    const group = relatives.get(key)
    if (group) group.push(stem)
    else relatives.set(key, [stem])
  }
  return { stems: all, relatives }
}

/** How well a text holds a term: 1 as it is, less as a relative or with one wrong letter, 0 not at all. */
export function holds(bag: Bag, term: Term): number {
  if (term.stems.some((stem) => bag.stems.has(stem))) return 1
  if (term.kin.some((stem) => bag.stems.has(stem))) return RELATIVE_CREDIT
  if (term.kind === 'number') return 0
  return term.stems.some((stem) => hasRelative(bag, stem)) ? RELATIVE_CREDIT : 0
}

/** Weighted share of the question's terms that the text holds, in [0, 1]; 0 for a question without any. */
export function coverageOf(question: Question, bag: Bag): number {
  return share(question.terms, (term) => holds(bag, term))
}

/** Weighted share of what `credit` gives the terms. */
export function share(terms: readonly Term[], credit: (term: Term) => number): number {
  let total = 0
  let got = 0
  for (const term of terms) {
    total += term.weight
    got += term.weight * credit(term)
  }
  return total > 0 ? got / total : 0
}

function hasRelative(bag: Bag, stem: string): boolean {
  if (stem.length <= PREFIX) return false
  return (bag.relatives.get(stem.slice(0, PREFIX)) ?? []).some((other) => related(stem, other))
}

/** A common beginning of at least two thirds of the longer word, or one wrong letter in a long one. */
function related(a: string, b: string): boolean {
  let common = 0
  while (common < a.length && common < b.length && a[common] === b[common]) common += 1
  const longer = Math.max(a.length, b.length)
  if (common >= 5 && common / longer >= 0.66) return true
  return longer >= 7 && oneLetterApart(a, b, common)
}

function oneLetterApart(a: string, b: string, common: number): boolean {
  const restA = a.slice(common)
  const restB = b.slice(common)
  return (
    restA.slice(1) === restB.slice(1) ||
    restA.slice(1) === restB ||
    restA === restB.slice(1) ||
    (restA.length > 1 && restB === restA.charAt(1) + restA.charAt(0) + restA.slice(2))
  )
}
