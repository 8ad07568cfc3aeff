import type { Block } from '../../retrieval/chunk.js'
import { ExtractionError, MAX_CHARACTERS } from './extraction.js'
import type { PdfDocument } from './pdf-document.js'
import type { Line } from './pdf-lines.js'
import { readLines } from './pdf-text.js'

/** A page that takes longer is left out and named as unreadable. */
const PAGE_MS = 20_000
/** Pages left when a file has taken so long are not read; others wait. */
const FILE_MS = 10 * 60_000
/** A page with fewer letters may be a picture with a stamp on it. */
const FEW_LETTERS = 300
/** Share of characters that stand for nothing, from which a page's text is an accident of its typeface. */
const MEANINGLESS = 0.3

/** A page as far as it was read. */
export interface ReadPage {
  /** 1-based. */
  number: number
  height: number
  lines: Line[]
  /** `sparse`: there is little text or none, so the page may be a picture. */
  state: 'text' | 'sparse' | 'failed'
  /** What was recognized, in place of the lines. */
  recognized?: Block[]
}

/**
 * The text that pages hold as such. `tell` is called once for each page that is done with.
 * @throws ExtractionError when they hold more than can be taken up.
 */
export async function readPages(document: PdfDocument, tell: () => void): Promise<ReadPage[]> {
  const ends = Date.now() + FILE_MS
  const read: ReadPage[] = []
  let characters = 0
  for (let number = 1; number <= document.numPages; number += 1) {
    const time = Math.min(PAGE_MS, ends - Date.now())
    const failed: ReadPage = { number, height: 0, lines: [], state: 'failed' }
    const page = time <= 0 ? failed : await readPage(document, number, time).catch(() => failed)
    characters += countCharacters(page.lines)
    if (characters > MAX_CHARACTERS) {
      throw new ExtractionError(
        `The PDF holds more than ${MAX_CHARACTERS / 1e6} million characters up to page ${number}; please split it into several files.`,
      )
    }
    read.push(page)
    if (page.state !== 'sparse') tell()
  }
  return read
}

async function readPage(document: PdfDocument, number: number, withinMs: number): Promise<ReadPage> {
  const page = await document.getPage(number)
  try {
    const { height } = page.getViewport({ scale: 1 })
    const lines = await readLines(page, number, withinMs)
    const text = lines.map((line) => line.text).join('')
    if (isMeaningless(text)) return { number, height, lines: [], state: 'sparse' }
    return { number, height, lines, state: countLetters(lines) < FEW_LETTERS ? 'sparse' : 'text' }
  } finally {
    page.cleanup()
  }
}

/** Typefaces without a table of their characters give private or no characters at all. */
function isMeaningless(text: string): boolean {
  const odd = text.match(/[\p{Co}\p{Cn}\uFFFD]/gu)?.length ?? 0
  return odd > text.length * MEANINGLESS
}

/** Letters and digits on a page. */
export function countLetters(lines: { text: string }[]): number {
  return lines.reduce((sum, { text }) => sum + (text.match(/[\p{L}\p{N}]/gu)?.length ?? 0), 0)
}

function countCharacters(lines: Line[]): number {
  return lines.reduce((sum, line) => sum + line.text.length, 0)
}
