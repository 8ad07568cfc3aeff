import { stopwords as danish } from '@orama/stopwords/danish'
import { stopwords as dutch } from '@orama/stopwords/dutch'
import { stopwords as english } from '@orama/stopwords/english'
import { stopwords as finnish } from '@orama/stopwords/finnish'
import { stopwords as french } from '@orama/stopwords/french'
import { stopwords as german } from '@orama/stopwords/german'
import { stopwords as hungarian } from '@orama/stopwords/hungarian'
import { stopwords as italian } from '@orama/stopwords/italian'
import { stopwords as norwegian } from '@orama/stopwords/norwegian'
import { stopwords as portuguese } from '@orama/stopwords/portuguese'
import { stopwords as romanian } from '@orama/stopwords/romanian'
import { stopwords as russian } from '@orama/stopwords/russian'
import { stopwords as spanish } from '@orama/stopwords/spanish'
import { stopwords as swedish } from '@orama/stopwords/swedish'
import { stopwords as turkish } from '@orama/stopwords/turkish'
import { foldAccents, tokenize } from './tokens.js'

/** Question words and auxiliaries that the French list lacks: they say that something is asked, not what. */
const FRENCH_QUESTION_WORDS = `comment quand pourquoi où combien quoi lequel laquelle lesquels lesquelles
  dont si y a ça donc car ni comme alors aussi très être avoir peut peux puis peuvent pouvez pouvons
  doit dois doivent devez faut fait faire font tout tous toute toutes leurs entre vers chez lors ainsi
  t il elle elles ils vous nous jusqu lorsqu puisqu quoiqu`.split(/\s+/u)
/** "été" is also the summer, and "somme" a sum: shops and accounts are asked about both. */
const FRENCH_CONTENT_WORDS = new Set(['été', 'étée', 'étés', 'étées', ''])
const ENGLISH_MISSING =
  `a s t d ll re ve m get got also just within without upon us dont doesnt cant isnt whats
  please`.split(/\s+/u)

const LISTS: Record<string, Set<string>> = Object.fromEntries(
  Object.entries({
    fr: [...french.filter((word) => !FRENCH_CONTENT_WORDS.has(word)), ...FRENCH_QUESTION_WORDS],
    en: [...english, ...ENGLISH_MISSING],
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
  }).map(([language, words]) => [language, withFolded(words)]),
)

/** Languages whose short questions must be told apart without fail. */
export const FIRST_CLASS_LANGUAGES = ['fr', 'en'] as const

/** Languages (ISO 639-1) whose function words are known. */
export const SPACED_LANGUAGES: readonly string[] = Object.keys(LISTS)

/** Whether a lower-case token carries no meaning of its own in that language; typed with accents or without. */
export function isStopWord(token: string, language: string): boolean {
  return LISTS[language]?.has(token) ?? false
}

/** Share of a text's words that are function words of the language, in [0, 1]. */
export function functionWordShare(text: string, language: string): number {
  const list = LISTS[language]
  const tokens = tokenize(text)
  if (list === undefined || tokens.length === 0) return 0
  return tokens.filter((token) => list.has(token)).length / tokens.length
}

function withFolded(words: readonly string[]): Set<string> {
  return new Set(words.flatMap((word) => [word, foldAccents(word)]))
}
