import { percentile } from '../measures.js'

/** Two marks of a distribution. */
export interface Spread {
  p50: number
  p95: number
}

/** What many clients at once brought back, and how many seconds it took. */
export interface Round<T> {
  results: T[]
  seconds: number
}

/** Median and 95th percentile; 0 of nothing. */
export function spread(values: readonly number[]): Spread {
  return { p50: percentile(values, 0.5), p95: percentile(values, 0.95) }
}

/** So many clients share the items, each taking the next when it is done with one; rejects when the signal aborts. */
export async function atOnce<I, T>(
  clients: number,
  items: readonly I[],
  signal: AbortSignal,
  one: (item: I) => Promise<T>,
): Promise<Round<T>> {
  const results: T[] = []
  const queue = items.values()
  const started = performance.now()
  const client = async () => {
    for (const item of queue) {
      signal.throwIfAborted()
      results.push(await one(item))
    }
  }
  await Promise.all(Array.from({ length: clients }, client))
  return { results, seconds: (performance.now() - started) / 1000 }
}

/** Milliseconds that something took. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  await work()
  return performance.now() - started
}
