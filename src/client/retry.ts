import { ApiError, ConnectionError, TimeoutError } from './errors.js'

/** Statuses that a moment may mend; 409 is one where the same request is still in flight. */
const PASSING = new Set([408, 429, 502, 503, 504])
const FIRST_WAIT_MS = 250
const LONGEST_WAIT_MS = 30_000

/**
 * How long to wait before the next try; undefined where another try is of no use, or the server asks for more
 * patience than a caller has.
 * @param attempt tries made so far, from 1.
 */
export function waitBeforeRetry(error: unknown, attempt: number): number | undefined {
  const backOff = FIRST_WAIT_MS * 2 ** (attempt - 1) * (0.75 + Math.random() / 2)
  if (error instanceof ConnectionError || error instanceof TimeoutError) return backOff
  if (!(error instanceof ApiError) || !(PASSING.has(error.status) || isInFlight(error))) return undefined
  const asked = (error.retryAfterSeconds ?? 0) * 1000
  return asked > LONGEST_WAIT_MS ? undefined : Math.max(asked, backOff)
}

/** Whether the server said that it did nothing: too many requests, a body that came too slowly, or busy for so long. */
export function isRefusal(error: unknown): boolean {
  if (!(error instanceof ApiError)) return false
  const { status, retryAfterSeconds } = error
  return status === 429 || status === 408 || (status === 503 && retryAfterSeconds !== null)
}

function isInFlight({ status, retryAfterSeconds }: ApiError): boolean {
  return status === 409 && retryAfterSeconds !== null
}

/** Resolves after `ms`; rejects with the signal's reason when that aborts first. */
export function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted()
    const end = () => {
      clearTimeout(timer)
      reject(signal?.reason as Error)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', end)
      resolve()
    }, ms)
    signal?.addEventListener('abort', end, { once: true })
  })
}
