import { expectedAnswer, type AnswerKind } from './expected-answer.js'
import { kindredStems } from './kindred-words.js'
import { queryTerms, stem } from './stems.js'
import { foldAccents } from './tokens.js'

/** How common words are where we search, for weighing them. */
export interface WordStatistics {
  /** Passages searched. */
  passages: number
  /** Passages that hold the stem; 0 for an unknown one. */
  frequency(stem: string): number
}

/** One meaningful word of a question. */
export interface Term {
  word: string
  stems: readonly string[]
  /** Stems of words that answer for it in part: "Monday to Friday" speaks of Saturday. */
  kin: readonly string[]
  /** Information in bits or so: rare words weigh more. */
  weight: number
  /** A name or a number: what a passage that answers cannot do without. */
  kind: 'name' | 'number' | 'word'
}

/** A question, read. */
export interface Question {
  text: string
  language: string
  terms: readonly Term[]
  expects: AnswerKind
}

/**
 * How many passages the prior is worth. A dozen passages say nothing about how common a word is; with this many
 * imagined ones beside them, a word's weight moves gently from the prior to what is counted.
 */
const PRIOR_PASSAGES = 300
const PRIOR_RATE = 1 / 300
const LIGHT_RATE = 1 / 8

/** Words that questions are full of whatever they ask about: they weigh as if one passage in eight held them. */
const LIGHT_WORDS = new Set(
  (
    'use used using work works working make makes made need needs want wants know tell give given find possible way ' +
    'able help name named call called kind type many much long happen happened show new year years people thing things ' +
    'have go come take put say said see look like different example mean means term consider considered ' +
    'utiliser utilise travailler marche fonctionne besoin veux veut voudrais souhaite souhaiterais savoir connaitre dire ' +
    'donner trouver trouve possible moyen aide aider nom nomme appelle appeler type sorte genre nombre annee annees ' +
    'chose choses passe permet permettre mettre aller venir prendre voir existe selon'
  ).split(' '),
)

const WEEKDAYS = new Set(
  (
    'monday tuesday wednesday thursday friday saturday sunday weekend weekends ' +
    'lundi mardi mercredi jeudi vendredi samedi dimanche'
  ).split(' '),
)
const WEEKDAY_STEMS = [...WEEKDAYS].flatMap((day) => [stem(day, 'en'), stem(day, 'fr')])

/** Reads a question: its terms with their weights, and what it asks for. */
export function readQuestion(text: string, language: string, statistics: WordStatistics): Question {
  const names = namesIn(text, language)
  const terms = queryTerms(text, language).map(({ word, stems }): Term => {
    const kind = /\p{N}/u.test(word) ? 'number' : names.has(word) ? 'name' : 'word'
    const kin = WEEKDAYS.has(word) ? WEEKDAY_STEMS : kindredStems(word, language)
    return { word, stems, kin, kind, weight: weigh(word, stems, kind, statistics) }
  })
  return { text, language, terms, expects: expectedAnswer(text) }
}

function weigh(
  word: string,
  stems: readonly string[],
  kind: Term['kind'],
  statistics: WordStatistics,
): number {
  const found = Math.max(0, ...stems.map((stem) => statistics.frequency(stem)))
  const rate = kind === 'word' && LIGHT_WORDS.has(foldAccents(word)) ? LIGHT_RATE : PRIOR_RATE
  return -Math.log((found + PRIOR_PASSAGES * rate) / (statistics.passages + PRIOR_PASSAGES))
}

/** Lower-cased words that are written with a capital inside the sentence, or in capitals anywhere. */
function namesIn(text: string, language: string): Set<string> {
  const names = new Set<string>()
  // German capitalises every noun; a question typed in capitals names nothing.
  if (language === 'de' || text === text.toUpperCase()) return names
  for (const match of text.matchAll(/\p{Lu}[\p{L}\p{M}\p{N}]*/gu)) {
    if (/[\p{L}\p{M}\p{N}]$/u.test(text.slice(Math.max(0, match.index - 2), match.index))) continue
    if (!opensSentence(text, match.index) || /^[\p{Lu}\p{N}]{2,}$/u.test(match[0]))
      names.add(match[0].toLowerCase())
  }
  return names
}

/**
 * Whether a sentence begins at `index`: at the start or after its end mark, an opening quote or bracket between.
 * Looks back over white space only, so that a long question costs no more than its length.
 */
function opensSentence(text: string, index: number): boolean {
  const before = text.slice(0, index).trimEnd()
  const rest = /["'“«¿(]/u.test(before.slice(-1)) ? before.slice(0, -1).trimEnd() : before
  return rest === '' || /[.!?…:]/u.test(rest.slice(-1))
}
