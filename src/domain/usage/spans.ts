import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Bucket, SpanQuery } from '../../contract/analytics.js'
import { AppError } from '../../errors.js'
import type { Span } from '../../store/usage-hours.js'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** The longest time that may be asked about, and the longest by the hour, in days. */
const MOST_DAYS = 400
const MOST_DAYS_BY_HOUR = 31

/** A time between two moments, ISO 8601 in UTC; the second one is not in it. */
export interface Times {
  from: string
  to: string
}

/**
 * The time asked about: the last 24 hours unless said otherwise.
 * @throws AppError `invalid_input` when it ends before it begins, or is too long.
 */
export function timesOf({ from, to }: SpanQuery, now = Date.now()): Times {
  const end = to === undefined ? now : Date.parse(to)
  const begin = from === undefined ? end - DAY_MS : Date.parse(from)
  if (begin >= end) throw wrong('from', 'must be before "to"')
  if (end - begin > MOST_DAYS * DAY_MS)
    throw wrong('from', `must be at most ${String(MOST_DAYS)} days before "to"`)
  return { from: iso(begin), to: iso(end) }
}

/** The same in whole hours, or whole days: it begins with the one that `from` is in. */
export function wholeTimesOf(query: SpanQuery & { bucket?: Bucket }, now = Date.now()): Times {
  const { from, to } = timesOf(query, now)
  const length = query.bucket === 'day' ? DAY_MS : HOUR_MS
  const begin = Date.parse(from)
  if (query.bucket === 'hour' && Date.parse(to) - begin > MOST_DAYS_BY_HOUR * DAY_MS) {
    throw wrong('bucket', `must be "day" for more than ${String(MOST_DAYS_BY_HOUR)} days`)
  }
  return { from: iso(begin - (begin % length)), to }
}

/** The beginnings of all hours or days in a time. */
export function bucketsOf({ from, to }: Times, bucket: Bucket): string[] {
  const length = bucket === 'day' ? DAY_MS : HOUR_MS
  const count = Math.ceil((Date.parse(to) - Date.parse(from)) / length)
  return Array.from({ length: count }, (_, index) => iso(Date.parse(from) + index * length))
}

/** The beginning of the bucket that a moment is in. */
export function bucketStart(at: string, bucket: Bucket): string {
  return bucket === 'day' ? `${at.slice(0, 10)}T00:00:00.000Z` : `${at.slice(0, 13)}:00:00.000Z`
}

/** Reads a long time piece by piece, so that others have their turn in between. */
export async function* piecewise<T>(
  orgId: string,
  { from, to }: Times,
  read: (span: Span) => Promise<T[]>,
  pieceMs = DAY_MS,
): AsyncGenerator<T> {
  for (let begin = Date.parse(from); begin < Date.parse(to); begin += pieceMs) {
    yield* await read({ orgId, from: iso(begin), to: iso(Math.min(begin + pieceMs, Date.parse(to))) })
    await nextTurn()
  }
}

function iso(ms: number): string {
  return new Date(ms).toISOString()
}

function wrong(path: string, message: string): AppError {
  return new AppError('invalid_input', `${path} ${message}.`, { fields: [{ path, message: `${message}.` }] })
}
