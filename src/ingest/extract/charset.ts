import { TextDecoder } from 'node:util'
import chardet from 'chardet'

const DETECTION_BYTES = 256 * 1024
/** At least one byte in so many is a NUL in UTF-16, or it is no text … */
const WIDE_SHARE = 20
/** … and so few characters tell nothing. */
const LEAST_WIDE = 4
/** Tried, in this order, for a text that is too short for statistics. */
const EASTERN = ['shift_jis', 'euc-jp', 'gb18030', 'big5', 'euc-kr']
/** Character sets that a text in a western language is taken for. */
const WESTERN = /^(?:iso-8859-(?:1|2|9|15)|windows-125[024])$/i

/** What Windows-1252 has at 0x80 to 0x9F. */
const WINDOWS_SIGNS = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008DŽ\u008F\u0090‘’“”•–—˜™š›œ\u009DžŸ'

/** Bytes as text in a character set; undefined for one that is unknown, and, if `fatal`, for bytes that are none of it. */
export function decodeIn(
  name: string | undefined,
  bytes: Uint8Array,
  options: { fatal?: boolean } = {},
): string | undefined {
  if (name === undefined) return undefined
  try {
    const decoder = new TextDecoder(name, options)
    const text = decoder.decode(bytes)
    // @NOTE some versions of Node decode this set, and what the web takes for it, as ISO 8859-1.
    if (!/^(?:windows-1252|iso-8859-1|latin1)$/.test(decoder.encoding)) return text
    return text.replace(/[\u0080-\u009F]/g, (sign) => WINDOWS_SIGNS[sign.charCodeAt(0) - 0x80] ?? sign)
  } catch {
    return undefined
  }
}

/** Whether a character set of this name can be decoded. */
export function isKnown(name: string): boolean {
  return decodeIn(name, new Uint8Array()) !== undefined
}

/** The encoding that a byte order mark tells. */
export function markedEncoding(bytes: Uint8Array): string | undefined {
  const [a, b, c] = bytes
  if (a === 0xef && b === 0xbb && c === 0xbf) return 'utf-8'
  if (a === 0xff && b === 0xfe) return 'utf-16le'
  return a === 0xfe && b === 0xff ? 'utf-16be' : undefined
}

/** UTF-16 without a byte order mark: NULs stand where the first, or the second, halves of plain letters would. */
function wideEncoding(bytes: Uint8Array): string | undefined {
  const probe = bytes.subarray(0, DETECTION_BYTES)
  let [even, odd] = [0, 0]
  for (const [at, byte] of probe.entries()) {
    if (byte !== 0) continue
    if (at % 2 === 0) even += 1
    else odd += 1
  }
  if (Math.min(even, odd) * 20 > Math.max(even, odd) || Math.max(even, odd) * WIDE_SHARE < probe.length)
    return undefined
  const name = even > odd ? 'utf-16be' : 'utf-16le'
  const text = decodeIn(name, bytes, { fatal: true })
  return text === undefined || text.length < LEAST_WIDE ? undefined : name
}

/**
 * The character set of a text that is no UTF-8; undefined for what is no text. Statistics do not know the Mac's: what
 * reads as a letter within words in it, and as a sign within words in Windows', was written on one.
 */
export function guessOf(bytes: Uint8Array): string | undefined {
  if (bytes.includes(0)) return wideEncoding(bytes)
  const probe = bytes.subarray(0, DETECTION_BYTES)
  const guess = chardet.detect(probe) ?? 'windows-1252'
  if (!WESTERN.test(guess)) return isKnown(guess) ? guess : 'windows-1252'
  if (isMostlyHigh(probe)) return EASTERN.find((name) => readsAsIdeographs(name, probe)) ?? guess
  const [mac = 0, windows = 0] = ['macintosh', 'windows-1252'].map((name) =>
    oddities(decodeIn(name, probe) ?? ''),
  )
  return mac < windows ? 'macintosh' : guess
}

/** Whether letters outside ASCII prevail: then no western language is written there. */
function isMostlyHigh(bytes: Uint8Array): boolean {
  const high = bytes.filter((byte) => byte >= 0x80).length
  const letters = bytes.filter((byte) => byte >= 0x80 || (byte >= 0x41 && byte <= 0x7a)).length
  return high > letters * 0.6
}

function readsAsIdeographs(name: string, bytes: Uint8Array): boolean {
  try {
    // What was cut off in the middle of a character at the end is no error.
    const text = new TextDecoder(name, { fatal: true }).decode(bytes, { stream: true })
    const outside = text.match(/[^\x00-\x7F]/gu)?.length ?? 0
    const known = text.match(/[\u3000-\u30FF\u4E00-\u9FFF\uAC00-\uD7AF\uFF00-\uFF5E]/gu)?.length ?? 0
    return known > outside * 0.9
  } catch {
    return false
  }
}

/** Places where a word holds what no word does: signs and capitals between small letters, rare letters. */
function oddities(text: string): number {
  const within = text.match(
    /\p{Ll}[^\p{L}\p{N}\p{P}\s\x00-\x7F]|\p{Ll}[\u0080-\u009F]|\p{Ll}[ŽŠŸÀ-ÖØ-ÞˆŒ]\p{Ll}|\p{Ll}[‡…†ƒ„‚‰‹›•Œ˜]\p{Ll}/gu,
  )
  return within?.length ?? 0
}
