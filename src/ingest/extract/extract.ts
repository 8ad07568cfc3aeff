import { fileTypeFromBuffer } from 'file-type'
import { extractAsciidoc } from './asciidoc.js'
import { extractCsv } from './csv.js'
import { detect, unreadable, type DetectedFile } from './detect.js'
import { ExtractionError, type Extraction } from './extraction.js'
import { hintedFormat, type FileHint } from './file-hint.js'
import { FORMATS, type Format } from './formats.js'
import { harmless, harmlessExtraction } from './harmless.js'
import { extractHtml } from './html.js'
import { extractJson } from './json.js'
import { extractMarkdown } from './markdown.js'
import { extractNotebook } from './notebook.js'
import { extractRtf } from './rtf.js'
import { extractText } from './text.js'
import { extractXml } from './xml.js'

export type { FileHint }

type OnPage = (done: number, pages: number) => void
type Reader = (file: DetectedFile, onPage?: OnPage) => Extraction | Promise<Extraction>

/** How each kind is read; what brings a large library loads it when the first such file comes. */
const READERS: Partial<Record<Format, Reader>> = {
  pdf: async ({ bytes }, onPage) => (await import('./pdf.js')).extractPdf(bytes, onPage),
  docx: async ({ bytes }) => (await import('./office/docx.js')).extractDocx(bytes),
  pptx: async ({ bytes }, onPage) => (await import('./office/pptx.js')).extractPptx(bytes, onPage),
  odt: async ({ bytes }) => (await import('./office/opendocument.js')).extractOpenDocument(bytes),
  odp: async ({ bytes }) => (await import('./office/opendocument.js')).extractOpenDocument(bytes),
  epub: async ({ bytes }) => (await import('./epub.js')).extractEpub(bytes),
  sheet: async ({ bytes }) => (await import('./sheet.js')).extractSheet(bytes),
  mail: async ({ bytes }) => (await import('./mail.js')).extractMail(bytes),
  outlook: async ({ bytes }) => (await import('./outlook.js')).extractOutlook(bytes),
  image: ({ bytes }, onPage) => readPicture(bytes, onPage),
  csv: ({ text }) => extractCsv(text),
  html: ({ text }) => extractHtml(text),
  markdown: ({ text }) => orPlain(text, extractMarkdown),
  asciidoc: ({ text }) => orPlain(text, extractAsciidoc),
  rtf: ({ text }) => extractRtf(text),
  json: ({ text }) => extractJson(text),
  notebook: ({ text }) => extractNotebook(text),
  xml: ({ text }) => extractXml(text),
  text: ({ text }) => extractText(text),
}

/**
 * The text of a file, whatever readable kind it turns out to be. A name that promises another kind is told as a warning.
 * @throws ExtractionError saying what it is and why it cannot be read.
 */
export async function extract(bytes: Uint8Array, hint: FileHint = {}, onPage?: OnPage): Promise<Extraction> {
  if (bytes.length === 0) throw new ExtractionError('The file is empty.')
  const file = await detect(bytes, hint)
  const reader = READERS[file.format]
  if (reader === undefined) throw unreadable(FORMATS[file.format].name)
  const extraction = harmlessExtraction(await reader(file, onPage))
  if (extraction.blocks.length === 0) throw new ExtractionError('The file holds no text.')
  const mismatch = mismatchOf(file.format, hint)
  if (mismatch === undefined) return extraction
  const warnings = [...(extraction.warnings ?? []), { code: 'type_mismatch' as const, message: mismatch }]
  return { ...extraction, warnings }
}

/** Pictures whose text can be recognized. */
const PICTURES = new Set(['png', 'jpeg', 'webp', 'tiff', 'gif', 'bmp'].map((name) => `image/${name}`))

async function readPicture(bytes: Uint8Array, onPage?: OnPage): Promise<Extraction> {
  const type = await fileTypeFromBuffer(bytes)
  if (type === undefined || !PICTURES.has(type.mime))
    throw unreadable(`an image file (.${type?.ext ?? 'image'})`)
  return (await import('./image.js')).extractImage(bytes, type.mime, onPage)
}

/** Kinds that any text may be called without misleading anyone. */
const PLAIN = new Set<Format>(['text', 'markdown', 'csv', 'json', 'xml', 'asciidoc', 'notebook'])

/** That the file's name promises another kind than it is; undefined when it does not. */
function mismatchOf(format: Format, { fileName }: FileHint): string | undefined {
  const promised = hintedFormat({ fileName })
  if (promised === undefined || promised === format || fileName === undefined) return undefined
  if (PLAIN.has(promised) && PLAIN.has(format)) return undefined
  const shown = harmless(fileName).replace(/\s+/gu, ' ').trim().slice(-100)
  return `The file is named “${shown}” but is ${FORMATS[format].name}, not ${FORMATS[promised].name}; it was read as what it is.`
}

/** Markup nested thousands deep exhausts a parser's stack; such a file is read as plain text. */
function orPlain(text: string, read: (text: string) => Extraction): Extraction {
  try {
    return read(text)
  } catch (error) {
    if (error instanceof RangeError) return extractText(text)
    throw error
  }
}
