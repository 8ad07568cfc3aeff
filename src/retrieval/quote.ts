import { leansOnPrevious } from './anaphora.js'
import { cutToClauses } from './clauses.js'
import type { Question } from './question.js'
import type { Hit, Quote } from './retriever.js'
import type { Candidate } from './sentence-score.js'

/** Bounds of everything that one reply quotes. */
export const MAX_SENTENCES = 3
export const MAX_CHARACTERS = 400
export const MAX_PASSAGES = 2
/** A sentence this much worse than the best one is left out even where there is room for it. */
const WORTH_ADDING = 3

/** Sentences of one passage that are only quoted together. */
interface Unit {
  hit: Hit
  /** First and last sentence's place in the passage. */
  from: number
  to: number
  start: number
  end: number
  /** Sentences it counts for; the items of a list are no sentences. */
  sentences: number
}

/**
 * Chooses what to quote: the best sentence with what it needs to be understood, then further ones that are nearly
 * as good, within the bounds above. In reading order, the best sentence's passage first; each literal.
 */
export function chooseQuotes(question: Question, candidates: readonly Candidate[]): Quote[] {
  const passages = byPassage(candidates)
  const ranked = candidates.filter(standsAlone).toSorted((a, b) => b.score - a.score)
  const best = ranked[0]
  if (!best) return []
  const chosen: Unit[] = []
  for (const candidate of ranked) {
    if (candidate.score < best.score - WORTH_ADDING) break
    // The same said in another language adds nothing.
    if (candidate.hit.language !== best.hit.language) continue
    const passage = passages.get(candidate.hit) ?? []
    const options = [withList(passage, candidate), withPrevious(passage, candidate)]
    const first = chosen.length === 0
    const unit = options.find((option) => option !== undefined && fits(chosen, option))
    if (unit) add(chosen, unit)
    else if (first) add(chosen, shortened(question, candidate))
  }
  return inReadingOrder(chosen, best.hit).map(toQuote)
}

function byPassage(candidates: readonly Candidate[]): Map<Hit, Candidate[]> {
  const passages = new Map<Hit, Candidate[]>()
  for (const candidate of candidates) {
    const known = passages.get(candidate.hit)
    if (known) known.push(candidate)
    else passages.set(candidate.hit, [candidate])
  }
  return passages
}

/** Headings and lead-ins without their list say nothing. */
function standsAlone({ kind, text }: Candidate): boolean {
  return kind !== 'heading' && /[\p{L}\p{N}]/u.test(text)
}

/** A lead-in ("The steps are:") with as many of its items as fit; undefined for any other sentence. */
function withList(passage: readonly Candidate[], lead: Candidate): Unit | undefined {
  if (!/[:：]\s*$/u.test(lead.text)) return undefined
  let last: Candidate | undefined
  for (const item of passage.slice(lead.at + 1)) {
    if (!['item', 'row', 'code'].includes(item.kind) || item.end - lead.start > MAX_CHARACTERS) break
    last = item
  }
  return last && { ...unitOf(lead), to: last.at, end: last.end, sentences: 1 }
}

/** The sentence, with the one before it when it opens with a pronoun or the like. */
function withPrevious(passage: readonly Candidate[], candidate: Candidate): Unit {
  const language = candidate.hit.language ?? ''
  const previous = passage[candidate.at - 1]
  if (!previous || previous.kind === 'heading' || !leansOnPrevious(candidate.text, language))
    return unitOf(candidate)
  return { ...unitOf(candidate), from: previous.at, start: previous.start, sentences: 2 }
}

function unitOf({ hit, at, start, end }: Candidate): Unit {
  return { hit, from: at, to: at, start, end, sentences: 1 }
}

/** The best sentence must be quoted even if it is too long, alone or with the one before it. */
function shortened(question: Question, candidate: Candidate): Unit {
  return { ...unitOf(candidate), ...cutToClauses(candidate.hit.text, candidate, MAX_CHARACTERS, question) }
}

function fits(chosen: readonly Unit[], unit: Unit): boolean {
  if (chosen.some((other) => other.hit === unit.hit && other.from <= unit.from && other.to >= unit.to))
    return false
  const after = merged([...chosen, unit])
  const characters = after.reduce((sum, { start, end }) => sum + end - start, 0)
  const sentences = after.reduce((sum, one) => sum + one.sentences, 0)
  const passages = new Set(after.map(({ hit }) => hit)).size
  return characters <= MAX_CHARACTERS && sentences <= MAX_SENTENCES && passages <= MAX_PASSAGES
}

function add(chosen: Unit[], unit: Unit): void {
  const after = merged([...chosen, unit])
  chosen.splice(0, chosen.length, ...after)
}

/** Units that touch or overlap become one, so that what lies between them is quoted once. */
function merged(units: readonly Unit[]): Unit[] {
  const ordered = units.toSorted((a, b) => a.from - b.from)
  const out: Unit[] = []
  for (const unit of ordered) {
    const at = out.findIndex(
      ({ hit, from, to }) => hit === unit.hit && from <= unit.to + 1 && unit.from <= to + 1,
    )
    const other = out[at]
    if (other) out[at] = union(other, unit)
    else out.push(unit)
  }
  return out
}

function union(a: Unit, b: Unit): Unit {
  const from = Math.min(a.from, b.from)
  const to = Math.max(a.to, b.to)
  const shared = Math.max(0, Math.min(a.to, b.to) - Math.max(a.from, b.from) + 1)
  const sentences = a.sentences + b.sentences - shared
  return { hit: a.hit, from, to, start: Math.min(a.start, b.start), end: Math.max(a.end, b.end), sentences }
}

function inReadingOrder(units: readonly Unit[], first: Hit): Unit[] {
  return units.toSorted((a, b) => Number(b.hit === first) - Number(a.hit === first) || a.start - b.start)
}

function toQuote({ hit, start, end }: Unit): Quote {
  return { hit, text: hit.text.slice(start, end), start, end }
}
