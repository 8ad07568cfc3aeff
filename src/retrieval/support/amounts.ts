import { stem } from '../stems.js'
import { isStopWord } from '../stop-words.js'
import { limitsIn, type Limit } from './limits.js'

/** A number with what it counts and how it is bounded. */
export interface Amount {
  /** In digits, with a point before decimals. */
  value: string
  /** Stem of the unit, or the name of its sign; null where none is told. */
  unit: string | null
  /** "at least" in "at least 3 days". */
  limit: Limit | null
  /** "before" in "3 days before delivery". */
  then: Limit | null
}

const SIGNS: Record<string, string> = {
  '€': 'euro',
  $: 'dollar',
  '£': 'pound',
  '¥': 'yen',
  '%': 'percent',
  '°': 'degree',
}
const SYNONYMS: Record<string, string> = {
  eur: 'euro',
  usd: 'dollar',
  gbp: 'pound',
  h: 'hour',
  pourcent: 'percent',
}
/** Parts of the day are no units to count in, but change the time all the same. */
const DAY_HALVES = new Set(['am', 'pm'])
const NUMBER_WORDS: Record<string, number> = {
  two: 2,
  three: 3,
  four: 4,
  five: 5,
  six: 6,
  seven: 7,
  eight: 8,
  nine: 9,
  ten: 10,
  eleven: 11,
  twelve: 12,
  fourteen: 14,
  fifteen: 15,
  twenty: 20,
  thirty: 30,
  forty: 40,
  fifty: 50,
  sixty: 60,
  ninety: 90,
  deux: 2,
  trois: 3,
  quatre: 4,
  cinq: 5,
  sept: 7,
  huit: 8,
  neuf: 9,
  dix: 10,
  onze: 11,
  douze: 12,
  quatorze: 14,
  quinze: 15,
  vingt: 20,
  trente: 30,
  quarante: 40,
  cinquante: 50,
  soixante: 60,
}
const AMOUNT = /([€$£¥])?\s?(\d+(?:[.,:]\d+)*)(?:(?:\s|-)?([€$£¥%°])|(?:\s|-)?(\p{L}+))?/gu
/** How far before a number the word may stand that bounds it, in characters. */
const LIMIT_REACH = 24
/** How far after its unit. */
const THEN_REACH = 3
const BOUNDING: ReadonlySet<Limit> = new Set<Limit>([
  'until',
  'before',
  'after',
  'within',
  'from',
  'between',
  'at least',
  'at most',
  'more',
  'less',
])

/** The text with numbers in digits, each in one piece: "ten thousand" stays, "ten days" is "10 days", "10 000" "10000". */
export function withDigits(plain: string): string {
  return plain
    .replace(/(?<=\d)[ \u00a0\u202f,](?=\d{3}(?!\d))/gu, '')
    .replace(/(?<=\d)([ap])\.?m\b\.?/gu, ' $1m')
    .replace(/\b([ap])\.m\.?(?!\p{L})/gu, '$1m')
    .replace(/\p{L}+/gu, (word) => String(NUMBER_WORDS[word] ?? word))
}

/** The numbers of a text that `withDigits` has gone over. */
export function amountsIn(digits: string, language: string): Amount[] {
  const limits = limitsIn(digits).filter(({ limit }) => BOUNDING.has(limit))
  return [...digits.matchAll(AMOUNT)].map((match) => {
    const [, before, value = '', after, word] = match
    const bound = limits
      .filter(({ end }) => end <= match.index + 1 && match.index - end <= LIMIT_REACH)
      .filter(({ end }) => !/\d/u.test(digits.slice(end, match.index)))
      .at(-1)
    const end = match.index + match[0].length
    const next = limits.find(({ start }) => start >= end - 1 && start - end <= THEN_REACH)
    return {
      value: value.replaceAll(',', '.').replace(/[.:]0+$/u, ''),
      unit: unitOf(before ?? after, word, language),
      limit: bound?.limit ?? null,
      then: next?.limit ?? null,
    }
  })
}

function unitOf(sign: string | undefined, word: string | undefined, language: string): string | null {
  if (sign !== undefined) return SIGNS[sign] ?? sign
  if (word === undefined) return null
  if (DAY_HALVES.has(word)) return word
  if (isStopWord(word, language)) return null
  const root = stem(word, language)
  return SYNONYMS[word] ?? SYNONYMS[root] ?? root
}
