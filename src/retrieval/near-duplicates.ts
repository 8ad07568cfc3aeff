/** Passages whose runs of three words agree to this share are one text, typed, scanned or uploaded twice. */
const SAME = 0.9
const RUN = 3
/** What tells one plan, model or year from another is never a slip of the pen. */
const TELLING = /[\p{N}\p{Lu}]/u

/** A text, cut for comparing it with others. */
export interface Fingerprint {
  words: ReadonlySet<string>
  runs: ReadonlySet<string>
}

/** Case stays: it shows what is a name. */
export function fingerprint(text: string): Fingerprint {
  const words = text.normalize('NFKC').match(/[\p{L}\p{M}\p{N}]+/gu) ?? []
  const lower = words.map((word) => word.toLowerCase())
  const runs = lower.map((_, at) => lower.slice(at, at + RUN).join(' '))
  return { words: new Set(words), runs: new Set(runs.slice(0, Math.max(1, runs.length - RUN + 1))) }
}

/**
 * Whether two texts say the same in nearly the same words (Jaccard similarity of word 3-shingles, Broder 1997).
 * Never when they differ in a number, a name, or a word that was asked for: then both are worth showing.
 * @param asked words of the question, lower-cased.
 */
export function nearlySame(a: Fingerprint, b: Fingerprint, asked: ReadonlySet<string>): boolean {
  const [fewer, more] = a.runs.size < b.runs.size ? [a.runs, b.runs] : [b.runs, a.runs]
  if (fewer.size < SAME * more.size) return false
  const common = [...fewer].filter((run) => more.has(run)).length
  if (common < SAME * (fewer.size + more.size - common)) return false
  return ![...onlyIn(a, b), ...onlyIn(b, a)].some((word) => TELLING.test(word) || asked.has(word))
}

/** Words that one text has and the other lacks, whatever their case. */
function onlyIn(a: Fingerprint, b: Fingerprint): string[] {
  const others = new Set([...b.words].map((word) => word.toLowerCase()))
  return [...a.words].filter((word) => !others.has(word.toLowerCase()))
}
