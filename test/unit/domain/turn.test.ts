import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Turn } from '#src/domain/conversations/turn.js'

const never = new AbortController().signal
const GRACE_MS = 5000

/** A turn that ends only when it is given up, and a reader of it. */
function openTurn() {
  const turn = new Turn(
    (emit, signal) =>
      new Promise((_resolve, reject) => {
        emit({ type: 'token', text: 'a' })
        signal.addEventListener('abort', () => reject(signal.reason as Error))
      }),
    300_000,
  )
  return { turn, ended: turn.result.catch((error: unknown) => (error as Error).name) }
}

/** Reads the first event, then leaves. */
async function glance(turn: Turn) {
  const leaving = new AbortController()
  const events = turn.events(leaving.signal)
  await events.next()
  leaving.abort()
  await events.return()
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
})
afterEach(() => {
  vi.useRealTimers()
})

describe('a turn', () => {
  it('is given up five seconds after its last reader left', async () => {
    const { turn, ended } = openTurn()
    await glance(turn)
    vi.advanceTimersByTime(GRACE_MS - 1)
    expect(turn.isGivenUp).toBe(false)
    vi.advanceTimersByTime(1)
    expect(turn.isGivenUp).toBe(true)
    expect(await ended).toBe('AbortError')
  })

  it('goes on when somebody joins meanwhile', async () => {
    const { turn } = openTurn()
    await glance(turn)
    vi.advanceTimersByTime(GRACE_MS - 1)
    const joined = turn.events(never)
    expect(await joined.next()).toEqual({ done: false, value: { type: 'token', text: 'a' } })
    vi.advanceTimersByTime(GRACE_MS * 2)
    expect(turn.isGivenUp).toBe(false)
    turn.abandon()
  })

  it('goes on without a reader once somebody waits for the whole', async () => {
    const { turn } = openTurn()
    await glance(turn)
    turn.keep()
    vi.advanceTimersByTime(GRACE_MS * 2)
    expect(turn.isGivenUp).toBe(false)
    turn.abandon()
  })
})
