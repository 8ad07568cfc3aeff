/**
 * Characters of Latin text per token, deliberately low: Llama's vocabulary needs one token per 4.1 characters of
 * English prose and 3.3 of French (measured on the development sets), fewer in lists and source code.
 */
const LATIN_CHARACTERS_PER_TOKEN = 2.5
/** Tokens of one letter of another script: 0.5 to 1.2 were measured, bytes being the fallback. */
const OTHER_LETTER_TOKENS = 1.5
/** Tokens of a character that is spelt out byte by byte, as emoji are. */
const BYTEWISE_TOKENS = 4

const DIGIT = /[0-9]/g
const OTHER_LETTER = /[\u0250-\uFFFF]/gu
const ASTRAL = /[\u{10000}-\u{10FFFF}]/gu

/**
 * A number of tokens that `text` will hardly ever exceed, whatever the model. For planning before the model's
 * own tokenizer is at hand; the inference process counts exactly and has the last word.
 */
export function estimateTokens(text: string): number {
  const digits = text.match(DIGIT)?.length ?? 0
  const other = text.match(OTHER_LETTER)?.length ?? 0
  const astral = text.match(ASTRAL)?.length ?? 0
  const latin = text.length - digits - other - 2 * astral
  return Math.ceil(
    latin / LATIN_CHARACTERS_PER_TOKEN + digits + other * OTHER_LETTER_TOKENS + astral * BYTEWISE_TOKENS,
  )
}
