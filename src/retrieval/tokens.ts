const DECIMAL = /\p{L}*\p{N}+(?:[.,]\p{N}+)+/u
const WORD = /[\p{L}\p{N}][\p{L}\p{M}\p{N}]*(?:['’][\p{L}\p{M}\p{N}]+)*/u
const TOKEN = new RegExp(`${DECIMAL.source}|${WORD.source}`, 'gu')
/** "100 000" and "10,000" are one number each; a plain space only joins groups of exactly three digits. */
const THOUSANDS = /(?<![\p{N}.,])\p{N}{1,3}(?:[ \u00a0\u202f,]\p{N}{3})+(?![\p{N}]|[.,]\p{N})/gu
/** What French and Italian elide before a vowel: the word proper starts after the apostrophe. */
const ELISION =
  /^(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quoiqu|presqu|quelqu|dell|nell|sull|dall|all|un)'(?=.)/u
/** "e-mail" and "email", "Wi-Fi" and "wifi" are the same word to whoever asks. */
const SHORT_COMPOUND = /(?<![\p{L}\p{N}-])(\p{L}{1,2})-(\p{L}{2,})(?![\p{L}\p{N}-])/gu
const NOT_SPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u

let segmenter: Intl.Segmenter | undefined

/**
 * The words of a text, lower-cased, in order: elisions split off ("l'eau" → "l", "eau"), numbers whole
 * ("10,000" → "10000", "14,2" → "14.2"), scripts without spaces cut by dictionary. Accents stay.
 */
export function tokenize(text: string): string[] {
  const plain = text
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll('’', "'")
    .replaceAll('œ', 'oe')
    .replaceAll('æ', 'ae')
    .replace(THOUSANDS, (number) => number.replace(/[^\p{N}]/gu, ''))
    .replace(SHORT_COMPOUND, (_, head: string, tail: string) => `${head}-${tail} ${head}${tail}`)
  return (plain.match(TOKEN) ?? []).flatMap(splitToken)
}

/** Text without accents on Latin and Greek letters: "été" → "ete". Other scripts' marks carry meaning and stay. */
export function foldAccents(text: string): string {
  return text
    .normalize('NFD')
    .replace(/([\p{Script=Latin}\p{Script=Greek}])\p{Mn}+/gu, '$1')
    .replaceAll('ß', 'ss')
    .normalize('NFC')
}

function splitToken(token: string): string[] {
  if (NOT_SPACED.test(token)) return segment(token)
  if (/\p{N}/u.test(token) && /[.,]/u.test(token)) return [token.replaceAll(',', '.')]
  const elided = ELISION.exec(token)?.[0]
  if (elided !== undefined) return [elided.slice(0, -1), token.slice(elided.length)]
  return [token.replace(/'s$/u, '')]
}

function segment(text: string): string[] {
  segmenter ??= new Intl.Segmenter('und', { granularity: 'word' })
  return [...segmenter.segment(text)].filter((part) => part.isWordLike).map((part) => part.segment)
}
