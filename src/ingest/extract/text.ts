import type { Block } from '../../retrieval/chunk.js'
import { detectLanguage } from '../../retrieval/language.js'
import { decodeIn, guessOf, isKnown, markedEncoding } from './charset.js'
import type { Extraction } from './extraction.js'

/** Plain text as paragraphs, parted by blank lines. Line breaks inside them are kept. */
export function extractText(source: string): Extraction {
  const blocks = source
    .replace(/\r\n?/g, '\n')
    .replace(/[\f\v]/g, '\n\n')
    .split(/\n[^\S\n]*(?:\n[^\S\n]*)+/u)
    .map((text) => text.replace(/^\n+/, '').trimEnd())
    .filter((text) => text.trim() !== '')
    .map((text): Block => ({ kind: isList(text) ? 'list' : 'paragraph', text, page: null }))
  const language = /\p{L}{3}/u.test(source) ? detectLanguage(source) : null
  return { mediaType: 'text/plain', blocks, pages: null, language, unreadablePages: [] }
}

function isList(text: string): boolean {
  const lines = text.split('\n')
  return lines.length > 1 && lines.every((line) => /^\s*(?:[-*+•–]|\d{1,3}[.)])\s+\S/.test(line))
}

/**
 * Bytes as text: by byte order mark, in the character set they are said to be in, as UTF-8 when they are valid
 * UTF-8, else by the encoding their statistics suggest. Undefined when they are no text at all.
 * @param said the name of a character set; one that is unknown is passed over.
 */
export function decodeText(bytes: Uint8Array, said?: string): string | undefined {
  const text = decodeSurely(bytes, said) ?? decodeIn(guessOf(bytes), bytes)
  return text === undefined ? undefined : printable(text)
}

function decodeSurely(bytes: Uint8Array, said?: string): string | undefined {
  const name = markedEncoding(bytes) ?? (said !== undefined && isKnown(said) ? said : undefined)
  if (name !== undefined) return decodeIn(name, bytes)
  return bytes.includes(0) ? undefined : decodeIn('utf-8', bytes, { fatal: true })
}

/** Undefined when more than one character in fifty is a control character or cannot be one. */
function printable(text: string): string | undefined {
  const odd = text.match(/[\u0000-\u0008\u000E-\u001A\u001C-\u001F\u007F\uFFFD]/g)?.length ?? 0
  if (odd > text.length / 50) return undefined
  return text.replace(/[\u0000-\u0008\u000E-\u001F\u007F]/g, '')
}
