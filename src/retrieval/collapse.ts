import type { FoundPassage, PassageCandidates } from '../store/passage-candidates.js'
import type { Scored } from './fuse.js'
import { fingerprint, nearlySame, type Fingerprint } from './near-duplicates.js'

/** A passage to be shown, and the one that was found. */
export interface Collapsed {
  passage: FoundPassage
  score: number
  /** Row id of the passage that was found: a pair's answer is shown although its question was. */
  from: number
}

/** Copies of one text rank side by side; so many passages at least are compared, however few are asked for. */
const COMPARED = 16

interface Kept extends Collapsed {
  print: Fingerprint
}

/**
 * The first `limit` of a ranked list that say different things: a Q&A pair is its answer, once; of passages with nearly the
 * same text the newest source's stays, in the place of the best.
 * @param asked words of the question, lower-cased.
 */
export function collapse(
  candidates: PassageCandidates,
  ranked: readonly Scored<number>[],
  limit: number,
  asked: ReadonlySet<string>,
): Collapsed[] {
  const kept: Kept[] = []
  // Twice the limit holds enough nearly always: a pair has two passages. Where it does not, the next ones are read.
  const step = Math.max(COMPARED, limit * 2)
  for (let from = 0; from < ranked.length && kept.length < limit; from += step) {
    for (const found of withPassages(candidates, ranked.slice(from, from + step))) {
      add(kept, found, asked)
    }
  }
  return kept.slice(0, limit).map(({ passage, score, from }) => ({ passage, score, from }))
}

function add(kept: Kept[], found: Collapsed, asked: ReadonlySet<string>): void {
  const { passage } = found
  if (kept.some((one) => one.passage.passageId === passage.passageId)) return
  const print = fingerprint(passage.text)
  const at = kept.findIndex((one) => nearlySame(one.print, print, asked))
  const same = kept[at]
  if (same === undefined) kept.push({ ...found, print })
  // Row ids grow with time.
  else if (passage.sourceId !== same.passage.sourceId && passage.num > same.passage.num)
    kept[at] = { ...found, score: same.score, print }
}

/** Loads the passages, in order; each of a pair's becomes its answer. */
function withPassages(candidates: PassageCandidates, ranked: readonly Scored<number>[]): Collapsed[] {
  const passages = new Map(candidates.load(ranked.map(({ key }) => key)).map((p) => [p.num, p]))
  const pairs = [...passages.values()].filter(({ type }) => type === 'qa').map((p) => p.sourceId)
  const answers = new Map(
    candidates
      .loadPairs([...new Set(pairs)])
      .filter(({ kind }) => kind === 'answer')
      .map((answer) => [answer.sourceId, answer]),
  )
  return ranked.flatMap(({ key, score }) => {
    const own = passages.get(key)
    if (own === undefined) return []
    const passage = (own.type === 'qa' ? answers.get(own.sourceId) : undefined) ?? own
    return [{ passage, score, from: key }]
  })
}
