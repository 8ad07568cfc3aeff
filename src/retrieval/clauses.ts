import { bagOf, coverageOf } from './coverage.js'
import type { Question } from './question.js'

const BOUNDARY = /[;:,.!?…](?=\s)|\s[–—](?=\s)|\s(?=\()|\)(?=\s)/gu

/** A stretch of a text, end exclusive. */
export interface Range {
  start: number
  end: number
}

/**
 * Cuts a stretch that is too long to quote down to at most `limit` characters, from one clause boundary to
 * another (between words where a clause alone is too long), keeping the part that holds most of the question.
 */
export function cutToClauses(text: string, range: Range, limit: number, question: Question): Range {
  if (range.end - range.start <= limit) return range
  const stops = clauseStops(text, range, limit)
  let best = { start: range.start, end: range.start + limit }
  let bestCoverage = -1
  for (const [at, start] of stops.entries()) {
    const end = stops.slice(at + 1).findLast((stop) => stop - start <= limit)
    if (end === undefined) continue
    const coverage = coverageOf(question, bagOf(question.language, text.slice(start, end)))
    if (coverage > bestCoverage) [best, bestCoverage] = [{ start, end }, coverage]
  }
  return trimmed(text, best)
}

/** Places between clauses, and between words where a clause is longer than the limit. */
function clauseStops(text: string, { start, end }: Range, limit: number): number[] {
  const stops = [start]
  const marks = [...text.slice(start, end).matchAll(BOUNDARY)].map((m) => start + m.index + m[0].length)
  for (const stop of [...marks, end]) {
    let last = stops.at(-1) ?? start
    while (stop - last > limit) {
      const space = text.lastIndexOf(' ', last + limit)
      last = space > last ? space : last + limit
      stops.push(last)
    }
    stops.push(stop)
  }
  return stops
}

function trimmed(text: string, { start, end }: Range): Range {
  const raw = text.slice(start, end)
  return { start: start + (raw.length - raw.trimStart().length), end: start + raw.trimEnd().length }
}
