/** An item and how well one list thinks of it; higher is better. */
export interface Scored<Key> {
  key: Key
  score: number
}

/** Weight of the vectors beside the words; docs/retrieval.md says how it was measured. */
export const DENSE_WEIGHT = 0.3

/** What the vectors' opinion weighs: less where the embedder never learned the question's language. */
export function denseWeight(readsLanguage: boolean): number {
  return readsLanguage ? SIGHTED_WEIGHT : BLIND_WEIGHT
}

const SIGHTED_WEIGHT = 0.4
const BLIND_WEIGHT = 0.2

/**
 * Merges two result lists: each list's scores are stretched to [0, 1] (best 1, last 0) and added by weight.
 * What a list does not hold counts 0 there, like its last. Best first; equal scores keep the order of
 * appearance, words before vectors.
 */
export function fuse<Key>(
  lexical: readonly Scored<Key>[],
  dense: readonly Scored<Key>[],
  denseWeight = DENSE_WEIGHT,
): Scored<Key>[] {
  const fused = new Map<Key, number>()
  for (const [list, weight] of [
    [lexical, 1 - denseWeight],
    [dense, denseWeight],
  ] as const) {
    const stretched = minMax(list)
    for (const { key, score } of stretched) fused.set(key, (fused.get(key) ?? 0) + weight * score)
  }
  return [...fused].map(([key, score]) => ({ key, score })).sort((a, b) => b.score - a.score)
}

function minMax<Key>(list: readonly Scored<Key>[]): Scored<Key>[] {
  const scores = list.map((item) => item.score)
  const low = Math.min(...scores)
  const range = Math.max(...scores) - low
  // @NOTE a list of one, or of equals, found something: it counts in full.
  return list.map(({ key, score }) => ({ key, score: range > 0 ? (score - low) / range : 1 }))
}
