import { stemmer as danish } from '@orama/stemmers/danish'
import { stemmer as dutch } from '@orama/stemmers/dutch'
import { stemmer as english } from '@orama/stemmers/english'
import { stemmer as finnish } from '@orama/stemmers/finnish'
import { stemmer as french } from '@orama/stemmers/french'
import { stemmer as german } from '@orama/stemmers/german'
import { stemmer as hungarian } from '@orama/stemmers/hungarian'
import { stemmer as italian } from '@orama/stemmers/italian'
import { stemmer as norwegian } from '@orama/stemmers/norwegian'
import { stemmer as portuguese } from '@orama/stemmers/portuguese'
import { stemmer as romanian } from '@orama/stemmers/romanian'
import { stemmer as russian } from '@orama/stemmers/russian'
import { stemmer as spanish } from '@orama/stemmers/spanish'
import { stemmer as swedish } from '@orama/stemmers/swedish'
import { stemmer as turkish } from '@orama/stemmers/turkish'
import { FIRST_CLASS_LANGUAGES, isStopWord } from './stop-words.js'
import { foldAccents, tokenize } from './tokens.js'

const STEMMERS: Partial<Record<string, (word: string) => string>> = {
  fr: french,
  en: english,
  de: german,
  es: spanish,
  it: italian,
  pt: portuguese,
  nl: dutch,
  sv: swedish,
  da: danish,
  no: norwegian,
  fi: finnish,
  hu: hungarian,
  ro: romanian,
  ru: russian,
  tr: turkish,
}

/** Stems of so many words are kept, a few megabytes: looking into passages is mostly stemming the same words again. */
const REMEMBERED = 30_000
const LONGEST_REMEMBERED = 40
const remembered = new Map<string, string>()

/** One meaningful word of a question with every stem under which a passage may hold it. */
export interface QueryTerm {
  /** As typed, lower-cased. */
  word: string
  /** The stem in the question's language first. */
  stems: string[]
}

/**
 * A text's meaningful words as Snowball stems without accents, in order, repeats kept, stop words out.
 * A language without a stemmer gives plain words.
 */
export function stems(text: string, language: string): string[] {
  return tokenize(text)
    .filter((token) => !isStopWord(token, language))
    .map((token) => stem(token, language))
}

/**
 * The words to look for: each under the question's language and under French and English too, so that a
 * question whose language was misjudged, or that names something from a text in the other language,
 * still meets its passage. A question of nothing but stop words keeps them all.
 */
export function queryTerms(question: string, language: string): QueryTerm[] {
  const tokens = [...new Set(tokenize(question))]
  const meaningful = tokens.filter((token) => !isStopWord(token, language))
  const languages = [language, ...FIRST_CLASS_LANGUAGES.filter((other) => other !== language)]
  return (meaningful.length > 0 ? meaningful : tokens).map((word) => ({
    word,
    stems: [
      ...new Set(languages.filter((l) => l === language || !isStopWord(word, l)).map((l) => stem(word, l))),
    ],
  }))
}

/** One lower-case token's stem, accents folded; a token with a digit in it stays as it is. */
export function stem(token: string, language: string): string {
  const key = `${language} ${token}`
  const known = remembered.get(key)
  if (known !== undefined) return known
  const found = computeStem(token, language)
  if (token.length <= LONGEST_REMEMBERED) {
    if (remembered.size >= REMEMBERED) remembered.clear()
    remembered.set(key, found)
  }
  return found
}

function computeStem(token: string, language: string): string {
  const bare = token.replaceAll("'", '')
  if (/\p{N}/u.test(bare)) return foldAccents(bare)
  return foldAccents(STEMMERS[language]?.(bare) ?? bare)
}
