import { stem } from '../stems.js'
import { isStopWord } from '../stop-words.js'
import { tokenize } from '../tokens.js'
import { amountsIn, withDigits, type Amount } from './amounts.js'
import { limitsIn, negationsIn, plainText, type Limit } from './limits.js'

/** A word that carries meaning, in its place. */
export interface Word {
  stem: string
  /** A name, or a letter or number that tells one thing from another of its kind. */
  isName: boolean
  /** What stands between the word before and this one: words without a meaning of their own, punctuation. Plain text. */
  gap: string
}

/** What a sentence claims, taken apart. */
export interface Statement {
  words: Word[]
  amounts: Amount[]
  limits: ReadonlySet<Limit>
  negations: number
}

const RAW_WORD = /[\p{L}\p{N}][\p{L}\p{M}\p{N}'’.-]*/gu

/** Takes a sentence, or a part of one, apart. */
export function readStatement(text: string, language: string): Statement {
  const digits = withDigits(plainText(text))
  return {
    words: wordsOf(text, language),
    amounts: amountsIn(digits, language),
    limits: new Set(limitsIn(plainText(text)).map(({ limit }) => limit)),
    negations: negationsIn(plainText(text)),
  }
}

function wordsOf(text: string, language: string): Word[] {
  const whole = text.replace(/(?<=\d)[ \u00a0\u202f](?=\d{3}(?!\d))/gu, '')
  const words: Word[] = []
  let end = 0
  for (const match of whole.matchAll(RAW_WORD)) {
    const raw = match[0]
    const isFirst = whole.slice(0, match.index).trim() === ''
    const isCapital = /^\p{Lu}/u.test(raw) && !isFirst && raw !== 'I' && !/^I['’]/u.test(raw)
    for (const token of tokenize(withDigits(raw.toLowerCase()))) {
      const isNumber = /\p{N}/u.test(token)
      const isLetter = isCapital && token.length === 1
      if (!isNumber && !isLetter && isStopWord(token, language)) continue
      const gap = plainText(whole.slice(end, match.index))
      words.push({ stem: stem(token, language), isName: isCapital || isNumber, gap })
      end = match.index + raw.length
    }
  }
  return words
}
