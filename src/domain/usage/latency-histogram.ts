/** Each bucket ends 10 % above where it begins: its middle is within 5 % of all that is in it. */
const RATIO = 1.1
/** Everything faster counts as this, in ms. */
const SHORTEST_MS = 0.1
/** The last bucket begins at about 11 minutes; everything slower is in it. */
const LAST = 165

/** How many requests took how long: the number of each bucket that is not empty, and its count. */
export type Histogram = Record<number, number>

/** The bucket of a latency in ms. */
export function bucketOf(ms: number): number {
  const bucket = Math.floor(Math.log(Math.max(ms, SHORTEST_MS) / SHORTEST_MS) / Math.log(RATIO))
  return Math.min(LAST, Math.max(0, bucket))
}

/** Adds the second histogram to the first one, in place. */
export function addHistogram(sum: Histogram, added: Histogram): void {
  for (const [bucket, count] of Object.entries(added))
    sum[Number(bucket)] = (sum[Number(bucket)] ?? 0) + count
}

/** The latency in ms that the share `p` of requests stays within, true to 5 %; null where there are none. */
export function percentile(histogram: Histogram, p: number): number | null {
  const buckets = Object.entries(histogram).map(([bucket, count]): [number, number] => [
    Number(bucket),
    count,
  ])
  const total = buckets.reduce((sum, [, count]) => sum + count, 0)
  const rank = Math.max(1, Math.ceil(p * total))
  let seen = 0
  for (const [bucket, count] of buckets.sort(([a], [b]) => a - b)) {
    seen += count
    if (seen >= rank) return Number((SHORTEST_MS * RATIO ** (bucket + 0.5)).toPrecision(3))
  }
  return null
}
