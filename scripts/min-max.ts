import type { Hit } from '../src/retrieval/retriever.js'

const DENSE_WEIGHT = 0.3

/**
 * The baseline that the product's fusion is measured beside: each list stretched to [0, 1], 0.3 for the vectors';
 * what a list lacks counts 0 there. Source ids, best first.
 */
export function minMaxFusion(lexical: readonly Hit[], vector: readonly Hit[]): string[] {
  const fused = new Map<string, number>()
  const add = (hits: readonly Hit[], scoreOf: (hit: Hit) => number, weight: number) => {
    const scores = hits.map(scoreOf)
    const low = Math.min(...scores)
    const span = Math.max(...scores) - low
    for (const hit of hits) {
      const share = span > 0 ? (scoreOf(hit) - low) / span : 1
      fused.set(hit.sourceId, (fused.get(hit.sourceId) ?? 0) + weight * share)
    }
  }
  add(lexical, (hit) => hit.lexicalScore, 1 - DENSE_WEIGHT)
  add(vector, (hit) => hit.vectorScore, DENSE_WEIGHT)
  return [...fused].toSorted((a, b) => b[1] - a[1]).map(([sourceId]) => sourceId)
}
