import { openArchive } from './archive.js'
import type { Format } from './formats.js'

const MAIN_PARTS: [string, Format][] = [
  ['xl/workbook.xml', 'sheet'],
  ['xl/workbook.bin', 'sheet'],
  ['word/document.xml', 'docx'],
  ['ppt/presentation.xml', 'pptx'],
  ['META-INF/container.xml', 'epub'],
]

const OPEN_DOCUMENTS: [string, Format][] = [
  ['text', 'odt'],
  ['presentation', 'odp'],
  ['spreadsheet', 'sheet'],
]

/** The kind of document that a ZIP archive is, by the part that only this kind has; undefined for any other archive. */
export async function zipFormat(bytes: Uint8Array): Promise<Format | undefined> {
  const archive = await openArchive(bytes)
  const told = (await archive.read('mimetype'))?.toString() ?? ''
  return formatOfOpenDocument(told) ?? MAIN_PARTS.find(([part]) => archive.has(part))?.[1]
}

function formatOfOpenDocument(mediaType: string): Format | undefined {
  const kind = /^application\/vnd\.oasis\.opendocument\.(\w+)/.exec(mediaType.trim())?.[1]
  return OPEN_DOCUMENTS.find(([name]) => name === kind)?.[1]
}
