/** What one result list is worth. */
export interface Judgement {
  /** Normalised discounted cumulative gain, gain = grade, discount = log2(rank + 1) (Järvelin & Kekäläinen 2002). */
  ndcg: number
  /** 1 when something relevant is among the first five. */
  hit5: 0 | 1
  /** 1 / rank of the first relevant document within the depth, else 0. */
  reciprocalRank: number
}

/** Judges a list, best first, against grades (document → grade above 0), down to `depth`. */
export function judge(
  found: readonly string[],
  grades: ReadonlyMap<string, number>,
  depth: number,
): Judgement {
  const gains = found.slice(0, depth).map((document) => grades.get(document) ?? 0)
  const ideal = [...grades.values()].sort((a, b) => b - a).slice(0, depth)
  const first = gains.findIndex((gain) => gain > 0)
  const best = discounted(ideal)
  return {
    ndcg: best > 0 ? discounted(gains) / best : 0,
    hit5: first >= 0 && first < 5 ? 1 : 0,
    reciprocalRank: first >= 0 ? 1 / (first + 1) : 0,
  }
}

/** Arithmetic mean; 0 of nothing. */
export function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length
}

/** The value below which the share lies (nearest rank); 0 of nothing. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0
}

function discounted(gains: readonly number[]): number {
  return gains.reduce((sum, gain, at) => sum + gain / Math.log2(at + 2), 0)
}
