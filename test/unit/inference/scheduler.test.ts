import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Scheduler } from '#src/inference/scheduler.js'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

const options = { slots: 1, capacity: 2, deadlineMs: 1_000 }

describe('Scheduler', () => {
  it('gives a slot to one at a time, in the order of arrival', async () => {
    const scheduler = new Scheduler(options)
    const release = await scheduler.acquire()
    const order: string[] = []
    const second = scheduler.acquire().then((next) => (order.push('second'), next))
    const third = scheduler.acquire().then((next) => (order.push('third'), next))
    expect(scheduler.status()).toEqual({ running: 1, waiting: 2, capacity: 2, refused: 0 })

    release()
    const releaseSecond = await second
    expect(order).toEqual(['second'])
    releaseSecond()
    await third
    expect(order).toEqual(['second', 'third'])
    expect(scheduler.status()).toMatchObject({ running: 1, waiting: 0 })
  })

  it('does not let a newcomer pass at the moment a slot changes hands', async () => {
    const scheduler = new Scheduler(options)
    const release = await scheduler.acquire()
    const second = scheduler.acquire()
    release()
    void scheduler.acquire()
    await second
    expect(scheduler.status()).toMatchObject({ running: 1, waiting: 1 })
  })

  it('refuses when the queue is full, and says when to come back', async () => {
    const scheduler = new Scheduler(options)
    await scheduler.acquire()
    void scheduler.acquire()
    void scheduler.acquire()
    const refusal = await scheduler.acquire().catch((error: unknown) => error)
    expect(refusal).toMatchObject({ code: 'busy' })
    expect(refusal).toHaveProperty('retryAfterSeconds', 15)
  })

  it('refuses whoever has waited too long', async () => {
    const scheduler = new Scheduler(options)
    await scheduler.acquire()
    const refused = expect(scheduler.acquire()).rejects.toMatchObject({ code: 'busy' })
    await vi.advanceTimersByTimeAsync(1_000)
    await refused
    expect(scheduler.status().waiting).toBe(0)
  })

  it('lets the cancelled leave at once, and tells those behind', async () => {
    const scheduler = new Scheduler(options)
    const release = await scheduler.acquire()
    const leaving = new AbortController()
    const ahead: number[] = []
    const gone = expect(scheduler.acquire({ signal: leaving.signal })).rejects.toMatchObject({
      name: 'AbortError',
    })
    const third = scheduler.acquire({ onQueued: (count) => ahead.push(count) })
    leaving.abort(new Error('whatever the caller says'))
    await gone
    expect(ahead).toEqual([2, 1])
    expect(scheduler.status().waiting).toBe(1)

    release()
    await third
    expect(scheduler.status()).toMatchObject({ running: 1, waiting: 0 })
  })

  it('guesses the wait by how long replies took', async () => {
    const scheduler = new Scheduler(options)
    const release = await scheduler.acquire()
    const told: number[][] = []
    const second = scheduler.acquire({ onQueued: (...place) => told.push(place) })
    void scheduler.acquire({ onQueued: (...place) => told.push(place) })
    await vi.advanceTimersByTimeAsync(500)
    release()
    await second
    // 5 s at first; then a fifth of the 0.5 s that the first reply took: 0.8 · 5000 + 0.2 · 500.
    expect(told).toEqual([
      [1, 5000],
      [2, 10_000],
      [1, 4100],
    ])
  })

  it('does not take in what is cancelled already', async () => {
    const scheduler = new Scheduler(options)
    await expect(scheduler.acquire({ signal: AbortSignal.abort() })).rejects.toMatchObject({
      name: 'AbortError',
    })
    expect(scheduler.status().running).toBe(0)
  })

  it('frees a slot once, however often it is given back', async () => {
    const scheduler = new Scheduler({ ...options, slots: 2 })
    const release = await scheduler.acquire()
    await scheduler.acquire()
    release()
    release()
    expect(scheduler.status().running).toBe(1)
  })
})
