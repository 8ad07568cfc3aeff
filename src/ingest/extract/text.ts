import { TextDecoder } from 'node:util'
import chardet from 'chardet'
import type { Block } from '../../retrieval/chunk.js'
import { detectLanguage } from '../../retrieval/language.js'
import type { Extraction } from './extraction.js'

const DETECTION_BYTES = 256 * 1024

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
  const marked = markedEncoding(bytes)
  if (marked !== undefined) return printable(new TextDecoder(marked).decode(bytes))
  const named = said === undefined ? undefined : decoderNamed(said)
  if (named !== undefined) return printable(named.decode(bytes))
  if (bytes.includes(0)) return undefined
  try {
    return printable(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    const guess = chardet.detect(bytes.subarray(0, DETECTION_BYTES)) ?? 'windows-1252'
    return printable(decoderFor(guess).decode(bytes))
  }
}

function markedEncoding(bytes: Uint8Array): string | undefined {
  const [a, b, c] = bytes
  if (a === 0xef && b === 0xbb && c === 0xbf) return 'utf-8'
  if (a === 0xff && b === 0xfe) return 'utf-16le'
  return a === 0xfe && b === 0xff ? 'utf-16be' : undefined
}

function decoderFor(name: string): TextDecoder {
  return decoderNamed(name) ?? new TextDecoder('windows-1252')
}

function decoderNamed(name: string): TextDecoder | undefined {
  try {
    return new TextDecoder(name)
  } catch {
    return undefined
  }
}

/** Undefined when more than one character in fifty is a control character or cannot be one. */
function printable(text: string): string | undefined {
  const odd = text.match(/[\u0000-\u0008\u000E-\u001A\u001C-\u001F\u007F\uFFFD]/g)?.length ?? 0
  if (odd > text.length / 50) return undefined
  return text.replace(/[\u0000-\u0008\u000E-\u001F\u007F]/g, '')
}
