import { expect, it } from 'vitest'
import { RateCounts } from '#src/domain/auth/rate-counts.js'
import { createLogger } from '#src/log.js'
import type { RateWindowStore } from '#src/store/rate-windows.js'

const HOUR = 3_600_000
const log = createLogger('silent', false)

/** Stored windows, and whether storing works. */
function store(windows: Record<string, { hits: number; resetAt: number }> = {}) {
  const kept = {
    windows,
    isBroken: false,
    find: (key: string) => Promise.resolve(windows[key]),
    put: (rows: { key: string; hits: number; reset_at: number }[]) => {
      if (kept.isBroken) return Promise.reject(new Error('locked'))
      for (const { key, hits, reset_at } of rows) windows[key] = { hits, resetAt: reset_at }
      return Promise.resolve()
    },
  }
  return kept satisfies RateWindowStore
}

it('goes on from what is stored, and counts requests that come at once each', async () => {
  const counts = new RateCounts(store({ acme: { hits: 7, resetAt: 5000 } }), log)
  const hits = await Promise.all([1, 2, 3].map(() => counts.hit('acme', 1000, HOUR)))
  expect(hits.map((window) => window.hits)).toEqual([8, 9, 10])
  expect(await counts.peek('acme', 1000, HOUR)).toEqual({ hits: 10, resetAt: 5000 })
})

it('begins anew when the hour is over', async () => {
  const counts = new RateCounts(store({ acme: { hits: 7, resetAt: 5000 } }), log)
  expect(await counts.peek('acme', 5000, HOUR)).toEqual({ hits: 0, resetAt: 5000 + HOUR })
  expect(await counts.hit('acme', 5000, HOUR)).toEqual({ hits: 1, resetAt: 5000 + HOUR })
  await counts.unhit('acme')
  await counts.unhit('acme')
  expect((await counts.find('acme'))?.hits).toBe(0)
})

it('stores where the counts stand, also after it could not', async () => {
  const kept = store()
  const counts = new RateCounts(kept, log)
  expect(await counts.find('acme')).toBeUndefined()
  await counts.hit('acme', 1000, HOUR)
  kept.isBroken = true
  await counts.flush()
  expect(kept.windows).toEqual({})
  await counts.hit('acme', 1000, HOUR)
  kept.isBroken = false
  await counts.flush()
  expect(kept.windows).toEqual({ acme: { hits: 2, resetAt: 1000 + HOUR } })
})
