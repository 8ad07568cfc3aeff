import { bagOfStems, holds, share, type Bag } from './coverage.js'
import type { Scored } from './fuse.js'
import type { Question, Term } from './question.js'
import { splitSentences } from './sentences.js'
import { stems } from './stems.js'

/** A found passage and what the lists say of it. */
export interface Rescorable<Key> {
  key: Key
  text: string
  /** Title of its source, and the headings above it. */
  above: string
  language: string
  /** Share of the highest BM25 that the question can get, in [0, 1]. */
  words: number
  /** Cosine of question and passage. */
  cosine: number
  /** Cosine of question and the heading above the passage; that of the passage where it has no heading of its own. */
  heading: number
}

/** What a term is worth to a sentence when it only stands in the title or a heading. */
const ABOVE = 0.5
/** Words of the question that are neighbours there count as neighbours here within so many words. */
const NEAR = 3
/** What the passage's vector weighs beside all that its words say. See docs/retrieval.md for how flat the optimum is. */
const MEANING = 0.6

/** So many of the merged list's first passages are looked into; more change nothing but the time it takes. */
export const RESCORED = 20

/**
 * Orders the first passages of the merged list anew, best first, by looking into their text, which neither list does:
 *
 *     (BM25 share + 2 · coverage + best sentence's coverage + neighbours) / 5  +  0.6 · cosine  +  heading's cosine²
 *
 * Coverage is the share of the question that is met, each word by how rare it is; unlike BM25 it takes a word for
 * met that stands there once, in another form, or with a letter wrong. The square makes a heading count that asks nearly the
 * same, and hardly any other; it is left out where the embedder is blind. The rest of the merged list follows in its own
 * order. Scores lie in [0, 1], the best at 1.
 */
export function rescore<Key>(
  question: Question,
  passages: readonly Rescorable<Key>[],
  merged: readonly Scored<Key>[],
  sighted: boolean,
): Scored<Key>[] {
  const first = passages
    .map((passage) => ({ key: passage.key, score: scoreOf(question, passage, sighted) }))
    .sort((a, b) => b.score - a.score)
  const known = new Set(first.map(({ key }) => key))
  const rest = merged.filter(({ key }) => !known.has(key))
  const [best, least] = [first[0]?.score ?? 0, first.at(-1)?.score ?? 0]
  if (best <= 0) return [...first, ...rest]
  const step = least / best / Math.max(rest[0]?.score ?? 0, Number.EPSILON)
  return [
    ...first.map(({ key, score }) => ({ key, score: score / best })),
    ...rest.map(({ key, score }) => ({ key, score: score * step })),
  ]
}

function scoreOf<Key>(question: Question, passage: Rescorable<Key>, sighted: boolean): number {
  const { whole, above, sentences, places } = read(passage)
  const { terms } = question
  const covered = share(terms, (term) => holds(whole, term))
  const sentence = Math.max(
    0,
    ...sentences.map((bag) => share(terms, (term) => (has(bag, term) ? 1 : has(above, term) ? ABOVE : 0))),
  )
  const words = (passage.words + 2 * covered + sentence + neighbours(terms, places)) / 5
  const asked = sighted ? Math.max(0, passage.heading) ** 2 : 0
  return words + MEANING * Math.max(0, passage.cosine) + asked
}

/** A passage's words: together, above it, sentence by sentence, and where in the text they stand. */
interface Reading {
  whole: Bag
  above: ReadonlySet<string>
  sentences: ReadonlySet<string>[]
  places: ReadonlyMap<string, readonly number[]>
}

function read({ text, above, language }: Rescorable<unknown>): Reading {
  const places = new Map<string, number[]>()
  const sentences: Set<string>[] = []
  let at = 0
  for (const sentence of splitSentences(text, language)) {
    const found = stems(sentence.text, language)
    sentences.push(new Set(found))
    for (const stem of found) {
      const known = places.get(stem)
      if (known) known.push(at)
      else places.set(stem, [at])
      at += 1
    }
  }
  const title = new Set(stems(above, language))
  return { whole: bagOfStems(new Set([...title, ...places.keys()])), above: title, sentences, places }
}

function has(bag: ReadonlySet<string>, term: Term): boolean {
  return term.stems.some((stem) => bag.has(stem))
}

/** Share of the question's neighbouring terms that are near each other in the text, each pair by its commoner word. */
function neighbours(terms: readonly Term[], places: ReadonlyMap<string, readonly number[]>): number {
  const where = terms.map(({ stems }) => stems.flatMap((stem) => places.get(stem) ?? []))
  let all = 0
  let near = 0
  for (let at = 1; at < terms.length; at += 1) {
    const weight = Math.min(terms[at - 1]?.weight ?? 0, terms[at]?.weight ?? 0)
    all += weight
    if (closest(where[at - 1] ?? [], where[at] ?? []) <= NEAR) near += weight
  }
  return all > 0 ? near / all : 0
}

function closest(left: readonly number[], right: readonly number[]): number {
  return Math.min(Infinity, ...left.flatMap((a) => right.map((b) => Math.abs(a - b))))
}
