import { expect, it } from 'vitest'
import { WriteBehind } from '#src/domain/usage/write-behind.js'
import { createLogger } from '#src/log.js'

const log = createLogger('silent', false)

it('stores entries in batches, in order', async () => {
  const batches: number[][] = []
  const write = (batch: number[]) => Promise.resolve(void batches.push(batch))
  const behind = new WriteBehind<number>({ what: 'numbers', log, write, batch: 2, delayMs: 60_000 })
  for (const entry of [1, 2, 3]) behind.add(entry)
  await behind.flush()
  expect(batches.flat()).toEqual([1, 2, 3])
  expect(batches[0]).toEqual([1, 2])
})

it('gives the oldest up when too many wait, and counts them', async () => {
  const stored: number[] = []
  const write = (batch: number[]) => Promise.resolve(void stored.push(...batch))
  const behind = new WriteBehind<number>({
    what: 'numbers',
    log,
    write,
    batch: 1000,
    most: 10,
    delayMs: 60_000,
  })
  for (let entry = 0; entry < 15; entry += 1) behind.add(entry)
  await behind.flush()
  expect(behind.dropped).toBe(5)
  expect(stored).toEqual([5, 6, 7, 8, 9, 10, 11, 12, 13, 14])
})

it('goes on after a batch that could not be stored', async () => {
  const stored: number[] = []
  const write = (batch: number[]) =>
    batch.includes(1) ? Promise.reject(new Error('disk full')) : Promise.resolve(void stored.push(...batch))
  const behind = new WriteBehind<number>({ what: 'numbers', log, write, batch: 1, delayMs: 60_000 })
  behind.add(1)
  behind.add(2)
  await behind.flush()
  expect(behind.dropped).toBe(1)
  expect(stored).toEqual([2])
})
