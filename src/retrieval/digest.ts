import type { Block } from './chunk.js'
import { splitSentences } from './sentences.js'
import { stem } from './stems.js'
import { isStopWord } from './stop-words.js'
import { tokenize } from './tokens.js'

/** What a source says, in short. */
export interface Digest {
  /** Its first sentences, letter by letter, at most 300 characters; null where there are none. */
  summary: string | null
  /** At most 10 words that tell it from others, the most telling first. */
  keywords: string[]
}

const SUMMARY = 300
const KEYWORDS = 10
/** Shorter words are mostly abbreviations and rests of markup. */
const LEAST_LETTERS = 3
/** A paragraph of fewer characters is mostly a byline or a label, not a beginning. */
const TELLING_CHARACTERS = 40
/** What stands in a title is what the source is about. */
const TITLE_COUNTS = 3
/** Longer documents are known well enough by so much of their text, in UTF-16 code units. */
const SAMPLE = 400_000

interface Word {
  count: number
  /** Texts that hold it. */
  texts: number
  last: number
  inTitle: boolean
  forms: Map<string, number>
}

/** Sums up a document. The same text always gives the same digest. */
export function digestOf(title: string, blocks: readonly Block[], language: string): Digest {
  const prose = blocks.filter(({ kind }) => kind === 'paragraph')
  const opening = prose.find(({ text }) => text.length >= TELLING_CHARACTERS) ?? prose[0] ?? blocks[0]
  const texts = blocks.filter(({ kind }) => kind !== 'code').map(({ text }) => text)
  return {
    summary: opening === undefined ? null : firstSentences(opening.text, language),
    keywords: keywordsOf(title, texts, language),
  }
}

/** As many whole sentences as fit; of a longer first one, as many words. */
function firstSentences(text: string, language: string): string | null {
  const own = text.trim()
  if (own === '') return null
  const ends = splitSentences(own.slice(0, SUMMARY * 4), language).map(({ end }) => end)
  const end = ends.findLast((at) => at <= SUMMARY)
  if (end !== undefined) return own.slice(0, end).trim()
  const cut = own.slice(0, SUMMARY)
  const space = cut.search(/\s\S*$/u)
  return cut.slice(0, space > 0 ? space : SUMMARY - 1).toWellFormed()
}

/** Weighs a word by how often it comes, and by in how few of the texts: what every text holds tells little. */
function keywordsOf(title: string, texts: readonly string[], language: string): string[] {
  const words = new Map<string, Word>()
  let read = 0
  for (const [at, text] of texts.entries()) {
    if (read > SAMPLE) break
    read += text.length
    for (const token of tokenize(text.slice(0, SAMPLE))) count(words, token, language, at)
  }
  const titled = new Set(tokenize(title).map((token) => stem(token, language)))
  for (const [key, word] of words) word.inTitle = titled.has(key)
  return [...words.values()]
    .map((word) => ({ form: commonest(word.forms), weight: weightOf(word, texts.length) }))
    .toSorted((a, b) => b.weight - a.weight)
    .slice(0, KEYWORDS)
    .map(({ form }) => form)
}

function count(words: Map<string, Word>, token: string, language: string, at: number): void {
  if (!/^[\p{L}\p{M}'-]+$/u.test(token) || isShort(token) || isStopWord(token, language)) return
  const key = stem(token, language)
  const word = words.get(key) ?? fresh()
  word.count += 1
  if (word.last !== at) word.texts += 1
  word.last = at
  word.forms.set(token, (word.forms.get(token) ?? 0) + 1)
  words.set(key, word)
}

function fresh(): Word {
  return { count: 0, texts: 0, last: -1, inTitle: false, forms: new Map() }
}

/** Scripts that write a word with one or two signs have no short words. */
function isShort(token: string): boolean {
  return /^\p{Script=Latin}/u.test(token) && token.length < LEAST_LETTERS
}

function weightOf(word: Word, texts: number): number {
  return word.count * (1 + Math.log(texts / word.texts)) * (word.inTitle ? TITLE_COUNTS : 1)
}

function commonest(forms: Map<string, number>): string {
  let best = ''
  for (const [form, times] of forms) if (times > (forms.get(best) ?? 0)) best = form
  return best
}
