/** Shorter words are too near to too many others. */
const SHORTEST = 5
/** From this length on two slips are forgiven. */
const LONG = 9
/** Letters that are taken to be right; slips at the very beginning of a word are rare (Pollock & Zamora 1984). */
const SURE = 2
/** Likely meanings of one misspelt word. */
const MOST = 3

/** The letters by which `corrections` are found in the vocabulary; undefined for what is left as it is. */
export function sureBeginning(stem: string): string | undefined {
  return stem.length >= SHORTEST && /^\p{L}+$/u.test(stem) ? stem.slice(0, SURE) : undefined
}

/**
 * The known stems that differ from an unknown one by one slip (a letter left out, added, changed, or two swapped), or by two
 * in long words; the nearest only, at most three.
 */
export function corrections(stem: string, known: Iterable<string>): string[] {
  const most = stem.length >= LONG ? 2 : 1
  const near = new Map<number, string[]>()
  for (const other of known) {
    if (Math.abs(other.length - stem.length) > most) continue
    const slips = distance(stem, other, most)
    if (slips > most || slips === 0) continue
    near.set(slips, [...(near.get(slips) ?? []), other])
  }
  return (near.get(1) ?? near.get(2) ?? []).slice(0, MOST)
}

/** Optimal string alignment distance (Damerau 1964), given up above `most`. */
function distance(a: string, b: string, most: number): number {
  let before: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, at) => at)
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i]
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1]
      let best = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1))
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, (before[j - 2] ?? 0) + 1)
      row.push(best)
    }
    if (Math.min(...row) > most) return most + 1
    before = last
    last = row
  }
  return last[b.length] ?? most + 1
}
