import type { TermStatistics } from '../store/passage-candidates.js'
import type { QueryTerm } from './stems.js'

/** Reading the postings of a common word is what costs; in small collections nothing needs sparing. */
const SPARE_FROM = 5000
/** A word that more passages than this share hold hardly tells them apart … */
const COMMON = 0.05
/** … and is left out when this many rarer ones remain. */
const RARE_ENOUGH = 2
/** A pasted page is searched by its rarest words. */
const MAX_TERMS = 32

/**
 * The stems worth looking for: at most 32 words, the rarest; in large collections without the common ones
 * when rarer ones suffice. Words that occur nowhere are left out.
 */
export function significantStems(terms: readonly QueryTerm[], statistics: TermStatistics): string[] {
  const known = terms
    .map((term) => ({
      term,
      frequency: Math.max(...term.stems.map((s) => statistics.frequency.get(s) ?? 0)),
    }))
    .filter(({ frequency }) => frequency > 0)
    .sort((a, b) => a.frequency - b.frequency)
    .slice(0, MAX_TERMS)
  const rare = known.filter(({ frequency }) => frequency <= COMMON * statistics.passages)
  const spared = statistics.passages >= SPARE_FROM && rare.length >= RARE_ENOUGH ? rare : known
  return [...new Set(spared.flatMap(({ term }) => term.stems))]
}
