import { extname } from 'node:path'
import { fileTypeFromBuffer } from 'file-type'
import { ExtractionError, MAX_CHARACTERS, type Extraction } from './extraction.js'
import { declaredCharset, extractHtml } from './html.js'
import { extractMarkdown } from './markdown.js'
import { decodeText, extractText } from './text.js'

/** What the client, or a web server, said about a file. Only decides between kinds of text; the content decides the rest. */
export interface FileHint {
  fileName?: string | undefined
  /** A name such as "md", or a Content-Type. */
  fileType?: string | undefined
}

const SUPPORTED = 'PDF, HTML, Markdown and plain text files can be read'
const NAMES: Record<string, string> = {
  docx: 'a Word document (.docx)',
  xlsx: 'an Excel workbook (.xlsx)',
  pptx: 'a PowerPoint presentation (.pptx)',
  odt: 'an OpenDocument text (.odt)',
  epub: 'an EPUB book',
  rtf: 'an RTF document',
  zip: 'a ZIP archive',
  cfb: 'an older Office document (.doc, .xls, .ppt, .msg)',
}
/** Pictures whose text can be recognized. */
const PICTURES = new Set(['png', 'jpeg', 'webp', 'tiff', 'gif', 'bmp'].map((name) => `image/${name}`))
/** Where PDF readers look for the signature (PDF 1.7, appendix H, note 13). */
const PDF_HEADER_BYTES = 1024

/**
 * The text of a file, whatever readable kind it turns out to be.
 * @throws ExtractionError saying what it is and why it cannot be read.
 */
export async function extract(
  bytes: Uint8Array,
  hint: FileHint = {},
  onPage?: (done: number, pages: number) => void,
): Promise<Extraction> {
  if (bytes.length === 0) throw new ExtractionError('The file is empty.')
  // @NOTE loaded when they are needed: these libraries are large, and most files are text.
  if (isPdf(bytes)) return (await import('./pdf.js')).extractPdf(bytes, onPage)
  const type = await fileTypeFromBuffer(bytes)
  if (type !== undefined && PICTURES.has(type.mime)) {
    return (await import('./image.js')).extractImage(bytes, type.mime, onPage)
  }
  if (type !== undefined && !type.mime.startsWith('text/')) throw unsupported(type)
  const text = decodeText(bytes, charsetOf(bytes, hint))
  if (text === undefined) {
    throw new ExtractionError(`The file is binary data of an unknown kind; ${SUPPORTED}.`)
  }
  if (text.length > MAX_CHARACTERS) {
    throw new ExtractionError(
      `The file holds more than ${MAX_CHARACTERS / 1e6} million characters; please split it into several files.`,
    )
  }
  if (/^\s*\{\\rtf/.test(text)) throw unsupported({ ext: 'rtf', mime: 'application/rtf' })
  const extraction = readText(text, hint)
  if (extraction.blocks.length === 0) throw new ExtractionError('The file holds no text.')
  return extraction
}

function readText(text: string, hint: FileHint): Extraction {
  if (looksLikeHtml(text) || isNamed(hint, HTML_NAMES)) return extractHtml(text)
  return isMarkdown(text, hint) ? markdownOrText(text) : extractText(text)
}

/** What the server said goes before what the page says of itself. */
function charsetOf(bytes: Uint8Array, { fileType }: FileHint): string | undefined {
  const said = /;\s*charset\s*=\s*["']?([\w.:-]+)/i.exec(fileType ?? '')?.[1]
  return said ?? declaredCharset(bytes)
}

/** Markup nested thousands deep exhausts the parser's stack; such a file is read as plain text. */
function markdownOrText(text: string): Extraction {
  try {
    return extractMarkdown(text)
  } catch (error) {
    if (error instanceof RangeError) return extractText(text)
    throw error
  }
}

function isPdf(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.subarray(0, PDF_HEADER_BYTES)).includes('%PDF-')
}

function unsupported(type: { ext: string; mime: string }): ExtractionError {
  const [family] = type.mime.split('/')
  const known = NAMES[type.ext]
  const media = family === 'image' || family === 'audio' || family === 'video' ? family : undefined
  const article = media === 'image' || media === 'audio' ? 'an' : 'a'
  const name = known ?? (media ? `${article} ${media} file (.${type.ext})` : `of type ${type.mime}`)
  return new ExtractionError(`The file is ${name}, which cannot be read; ${SUPPORTED}.`)
}

function looksLikeHtml(text: string): boolean {
  return /^\s*(?:<\?xml[^>]{0,200}>\s*)?(?:<!--[\s\S]{0,2000}?-->\s*)?<(?:!doctype\s+html|html)\b/i.test(
    text.slice(0, 4096),
  )
}

const HTML_NAMES = new Set(['html', 'htm', 'xhtml', 'text/html', 'application/xhtml+xml'])
const MARKDOWN_NAMES = new Set(['md', 'markdown', 'mdown', 'mkd', 'text/markdown', 'text/x-markdown'])
const TEXT_NAMES = new Set(['txt', 'text', 'log', 'text/plain', 'plain'])

/** Whether the hint, or the end of the file's name, is one of these. */
function isNamed(hint: FileHint, names: Set<string>): boolean {
  const given = [hint.fileType?.split(';')[0] ?? '', extname(hint.fileName ?? '')]
  return given.some((one) => names.has(one.trim().toLowerCase().replace(/^\./, '')))
}

/** By hint, by name, and where both are silent by what stands at the beginning of lines. */
function isMarkdown(text: string, hint: FileHint): boolean {
  if (isNamed(hint, MARKDOWN_NAMES)) return true
  if (isNamed(hint, TEXT_NAMES)) return false
  const signs = text.slice(0, 20_000).match(/^(?:#{1,6} \S|\s*[-*] \[[^\]]+\]\(|```|\|.+\|\s*$)/gm)
  return (signs?.length ?? 0) >= 2
}
