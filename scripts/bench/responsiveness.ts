import { setTimeout as wait } from 'node:timers/promises'
import { percentile } from '../measures.js'

/** How long the server took to answer the simplest of all requests while something else was going on, in ms. */
export interface Responsiveness {
  p99: number
  max: number
  /** How often it was asked. */
  samples: number
}

const EVERY_MS = 50
const PROBE_MS = 30_000

/** Asks `/livez` every 50 ms while `work` runs: what holds up the server's event loop holds up this answer. */
export async function whileProbing<T>(url: string, work: () => Promise<T>): Promise<[T, Responsiveness]> {
  const over = new AbortController()
  const times: number[] = []
  const probing = probe(url, over.signal, times)
  try {
    const result = await work()
    over.abort()
    await probing
    return [result, { p99: percentile(times, 0.99), max: Math.max(0, ...times), samples: times.length }]
  } finally {
    over.abort()
  }
}

async function probe(url: string, over: AbortSignal, times: number[]): Promise<void> {
  while (!over.aborted) {
    const started = performance.now()
    await fetch(`${url}/livez`, { signal: AbortSignal.timeout(PROBE_MS) })
      .then((response) => response.arrayBuffer())
      .catch(() => undefined)
    times.push(performance.now() - started)
    await wait(EVERY_MS)
  }
}
