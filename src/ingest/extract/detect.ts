import { fileTypeFromBuffer } from 'file-type'
import { compoundFormat } from './compound-file.js'
import { ExtractionError, MAX_CHARACTERS } from './extraction.js'
import type { FileHint } from './file-hint.js'
import { formatNamed, READABLE, UNREADABLE, type Format } from './formats.js'
import { declaredCharset } from './html.js'
import { looksLikeMail } from './mail-headers.js'
import { textFormat } from './text-format.js'
import { decodeText } from './text.js'
import { zipFormat } from './zip-format.js'

/** A file whose kind is known. */
export interface DetectedFile {
  format: Format
  bytes: Uint8Array
  /** What it says, decoded; empty for what is no text. */
  text: string
}

/** Where PDF readers look for the signature (PDF 1.7, appendix H, note 13). */
const PDF_HEADER_BYTES = 1024
/** Enough to tell text from what is none. */
const PROBE_BYTES = 64 * 1024

/**
 * What a file is, by its content; its name only decides between kinds of text. What could be read in two ways is what
 * its first bytes say.
 * @throws ExtractionError saying what it is, for what nobody reads.
 */
export async function detect(bytes: Uint8Array, hint: FileHint): Promise<DetectedFile> {
  const format = await binaryFormat(bytes)
  if (format !== undefined) return { format, bytes, text: '' }
  const text = decodeText(bytes, charsetOf(bytes, hint))
  if (text === undefined) {
    throw new ExtractionError(`The file is binary data of an unknown kind; ${READABLE}.`)
  }
  if (text.length > MAX_CHARACTERS) {
    throw new ExtractionError(
      `The file holds more than ${MAX_CHARACTERS / 1e6} million characters; please split it into several files.`,
    )
  }
  return { format: textFormat(text, hint), bytes, text }
}

/** A file of this kind cannot be read; in the words of the error that says so. */
export function unreadable(name: string): ExtractionError {
  return new ExtractionError(`The file is ${name}, which cannot be read; ${READABLE}.`)
}

async function binaryFormat(bytes: Uint8Array): Promise<Format | undefined> {
  const head = Buffer.from(bytes.subarray(0, PDF_HEADER_BYTES)).toString('latin1')
  if (/^(?:\xEF\xBB\xBF)?\s*%PDF-/.test(head)) return 'pdf'
  const type = await fileTypeFromBuffer(bytes)
  // @NOTE two letters are enough for file-type to see a bitmap or a program in "BMW …" and "MZ …".
  if (type !== undefined && (isTextual(type.mime) || !isPlainText(bytes))) {
    if (type.ext === 'zip') return (await zipFormat(bytes)) ?? fail(type)
    if (type.ext === 'cfb') return compoundFormat(bytes)
    const format = formatNamed(type.ext)
    if (format !== undefined && !isTextual(type.mime)) return format
    if (!isTextual(type.mime)) return fail(type)
  }
  if (looksLikeMail(head)) return 'mail'
  return /^[^<{]*%PDF-\d/.test(head) && !isPlainText(bytes) ? 'pdf' : undefined
}

function isTextual(mime: string): boolean {
  return (
    mime.startsWith('text/') ||
    mime === 'application/xml' ||
    mime === 'application/rtf' ||
    mime.endsWith('+xml')
  )
}

/** Whether the beginning is UTF-8 without a single control character. */
function isPlainText(bytes: Uint8Array): boolean {
  const text = new TextDecoder('utf-8').decode(bytes.subarray(0, PROBE_BYTES), { stream: true })
  return !/[\u0000-\u0008\u000E-\u001A\u001C-\u001F\u007F\uFFFD]/.test(text)
}

function fail(type: { ext: string; mime: string }): never {
  const [family = ''] = type.mime.split('/')
  const known = UNREADABLE[type.ext]
  if (known !== undefined) throw unreadable(known)
  if (family === 'audio') throw unreadable(`an audio file (.${type.ext})`)
  if (family === 'video') throw unreadable(`a video file (.${type.ext})`)
  if (family === 'image') throw unreadable(`an image file (.${type.ext})`)
  throw unreadable(`of type ${type.mime}`)
}

/** What the server said goes before what the page says of itself. */
function charsetOf(bytes: Uint8Array, { fileType }: FileHint): string | undefined {
  const said = /;\s*charset\s*=\s*["']?([\w.:-]+)/i.exec(fileType ?? '')?.[1]
  return said ?? declaredCharset(bytes)
}
