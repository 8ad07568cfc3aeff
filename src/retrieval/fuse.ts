/** An item and how well one list thinks of it; higher is better. */
export interface Scored<Key> {
  key: Key
  score: number
}

export interface FuseOptions {
  /** The BM25 of a passage that held all words of the query; at least the best in the list. */
  ceiling?: number
  /** What the vectors' opinion weighs, in [0, 1]. */
  denseWeight?: number
}

/** See docs/retrieval.md for how it was measured. */
const DENSE_WEIGHT = 0.4
const BLIND_DENSE_WEIGHT = 0.3
/** FTS5's term saturation (sqlite.org/fts5.html#the_bm25_function). */
const K1 = 1.2

/** What the vectors' opinion weighs: less where the embedder never learned the question's language. */
export function denseWeight(readsLanguage: boolean): number {
  return readsLanguage ? DENSE_WEIGHT : BLIND_DENSE_WEIGHT
}

/**
 * Merges two result lists into one, best first, with scores in [0, 1] and the best at 1.
 * Both opinions are absolute: the words' is the share of the highest BM25 that the query can get at all,
 * the vectors' is the cosine. So a list that found nothing good cannot push its best to the top, as it
 * does when each list is stretched to [0, 1]. An item absent from a list counts 0 there, so give the cosines
 * of what only the words found.
 */
export function fuse<Key>(
  lexical: readonly Scored<Key>[],
  dense: readonly Scored<Key>[],
  options: FuseOptions = {},
): Scored<Key>[] {
  const weight = options.denseWeight ?? DENSE_WEIGHT
  const ceiling = Math.max(options.ceiling ?? 0, ...lexical.map(({ score }) => score))
  const fused = new Map<Key, number>()
  const add = (key: Key, score: number) => fused.set(key, (fused.get(key) ?? 0) + score)
  for (const { key, score } of lexical) {
    add(key, (1 - weight) * (ceiling > 0 ? score / ceiling : 0))
  }
  for (const { key, score } of dense) add(key, weight * Math.max(0, score))
  const best = Math.max(0, ...fused.values())
  return [...fused]
    .map(([key, score]) => ({ key, score: best > 0 ? score / best : 0 }))
    .sort((a, b) => b.score - a.score)
}

/**
 * An upper bound of the BM25 that FTS5 gives for words, each by the number of passages holding it.
 * Words that occur nowhere count as if one passage held them: asked for and not found, they show how
 * little of the question a passage answers.
 */
export function lexicalCeiling(frequencies: readonly number[], passages: number): number {
  return frequencies.reduce((sum, frequency) => {
    const held = Math.min(Math.max(frequency, 1), passages)
    return sum + (K1 + 1) * Math.max(Math.log((passages - held + 0.5) / (held + 0.5)), 1e-6)
  }, 0)
}
