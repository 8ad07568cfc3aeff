import type { Content } from './content.js'

/** How much of what was expected is there; each thing counts as often as it is expected. */
export interface Recall {
  expected: number
  found: number
  /** What is missing, most often missing first. */
  missing: { text: string; times: number }[]
}

/** The recall of each kind of content. */
export type Recovered = Record<keyof Content, Recall>

/** Compares what was read with what was expected. */
export function recovered(expected: Content, found: Content): Recovered {
  return {
    words: recall(expected.words, found.words),
    cells: recall(expected.cells, found.cells),
    headings: recall(expected.headings, found.headings),
  }
}

/** The share that is there, 0 to 1; undefined where nothing is expected. */
export function shareOf({ expected, found }: Pick<Recall, 'expected' | 'found'>): number | undefined {
  return expected === 0 ? undefined : found / expected
}

/** Multiset recall. */
export function recall(expected: string[], found: string[]): Recall {
  const wanted = counted(expected)
  const given = counted(found)
  const missing = [...wanted]
    .map(([text, times]) => ({ text, times: times - Math.min(times, given.get(text) ?? 0) }))
    .filter(({ times }) => times > 0)
    .sort((a, b) => b.times - a.times)
  const absent = missing.reduce((sum, { times }) => sum + times, 0)
  return { expected: expected.length, found: expected.length - absent, missing }
}

function counted(texts: string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1)
  return counts
}
