import { detectAll } from 'tinyld'
import { FIRST_CLASS_LANGUAGES, functionWordShare, SPACED_LANGUAGES } from './stop-words.js'

/**
 * Rare languages are only believed when nothing common fits: trigram statistics take a short English
 * question with odd names in it for Rundi or Irish.
 */
const FIRST_CLASS_BONUS = 0.3
/** Breaks the tie where trigrams hardly know, as in a question of one word. */
const FALLBACK_BONUS = 0.05
/** Function words are worth this much at most: in a short question two of them are already half the words. */
const FUNCTION_WORDS_CAP = 0.8
const NOT_SPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}]/u
const SAMPLE_CHARACTERS = 2000

/**
 * The language of a text as ISO 639-1, from trigram statistics and the function words in it.
 * Tells French from English in questions of a few words; `fallback` where nothing can be told
 * (a number, a product code, nothing at all). Reads at most the first 2,000 characters.
 */
export function detectLanguage(text: string, fallback = 'en'): string {
  const sample = text.slice(0, SAMPLE_CHARACTERS).normalize('NFC')
  if (!/\p{L}{2}/u.test(sample)) return fallback
  const guesses = new Map(detectAll(sample).map((guess) => [guess.lang, guess.accuracy]))
  const first = [...guesses.keys()][0]
  if (first !== undefined && NOT_SPACED.test(sample)) return first

  let best = fallback
  let bestScore = 0
  for (const language of SPACED_LANGUAGES) {
    const words = functionWordShare(sample, language)
    const trigrams = guesses.get(language) ?? 0
    if (words === 0 && trigrams === 0) continue
    const bonus =
      (isFirstClass(language) ? FIRST_CLASS_BONUS : 0) + (language === fallback ? FALLBACK_BONUS : 0)
    const score = trigrams + Math.min(2 * words, FUNCTION_WORDS_CAP) + bonus
    if (score > bestScore) [best, bestScore] = [language, score]
  }
  return bestScore > 0 ? best : (first ?? fallback)
}

function isFirstClass(language: string): boolean {
  return (FIRST_CLASS_LANGUAGES as readonly string[]).includes(language)
}
