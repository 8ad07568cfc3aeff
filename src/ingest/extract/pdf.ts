import { getDocumentProxy } from 'unpdf'
import { detectLanguage } from '../../retrieval/language.js'
import { ExtractionError, MAX_CHARACTERS, MAX_PAGES, type Extraction } from './extraction.js'
import { dropRunning, toBlocks } from './pdf-blocks.js'
import { pageLines, type Line, type TextItem } from './pdf-lines.js'

type Document = Awaited<ReturnType<typeof getDocumentProxy>>
type Page = Awaited<ReturnType<Document['getPage']>>

/** A page that takes longer is left out and named as unreadable. */
const PAGE_DEADLINE_MS = 20_000

/**
 * The text of a PDF with its structure and page numbers.
 * @throws ExtractionError for an encrypted, damaged, textless or too long file.
 */
export async function extractPdf(
  bytes: Uint8Array,
  onPage: (done: number, pages: number) => void = () => undefined,
): Promise<Extraction> {
  const document = await open(bytes)
  try {
    const pages = document.numPages
    if (pages > MAX_PAGES) {
      throw new ExtractionError(
        `The PDF has ${pages} pages; at most ${MAX_PAGES} are read, so please split it into several files.`,
      )
    }
    const read = await readPages(document, onPage)
    const unreadablePages = read.flatMap((page, index) => (page.lines.length === 0 ? [index + 1] : []))
    if (unreadablePages.length === pages) {
      throw new ExtractionError(
        'The PDF holds no text: its pages are pictures, as a scanner makes them, and pictures cannot be read.',
      )
    }
    const blocks = toBlocks(dropRunning(read).flat())
    const sample = blocks.map((block) => block.text).join('\n')
    const language = /\p{L}{3}/u.test(sample) ? detectLanguage(sample) : null
    return { mediaType: 'application/pdf', blocks, pages, language, unreadablePages }
  } finally {
    await document.loadingTask.destroy()
  }
}

async function open(bytes: Uint8Array): Promise<Document> {
  try {
    // @NOTE a copy: pdf.js takes the buffer for itself.
    return await getDocumentProxy(Uint8Array.from(bytes), { verbosity: 0 })
  } catch (error) {
    const name = error instanceof Error ? error.name : ''
    if (name === 'PasswordException') {
      throw new ExtractionError(
        'The PDF is protected by a password; remove the protection and load it again.',
        {
          cause: error,
        },
      )
    }
    throw new ExtractionError('The PDF is damaged or incomplete and cannot be opened.', { cause: error })
  }
}

interface ReadPage {
  lines: Line[]
  height: number
}

async function readPages(
  document: Document,
  onPage: (done: number, pages: number) => void,
): Promise<ReadPage[]> {
  const read: ReadPage[] = []
  let characters = 0
  for (let number = 1; number <= document.numPages; number += 1) {
    const page = await withDeadline(readPage(document, number)).catch(() => ({ lines: [], height: 0 }))
    characters += page.lines.reduce((sum, line) => sum + line.text.length, 0)
    if (characters > MAX_CHARACTERS) {
      throw new ExtractionError(
        `The PDF holds more than ${MAX_CHARACTERS / 1e6} million characters up to page ${number}; please split it into several files.`,
      )
    }
    read.push(page)
    onPage(number, document.numPages)
  }
  return read
}

async function readPage(document: Document, number: number): Promise<ReadPage> {
  const page = await document.getPage(number)
  try {
    const { width, height } = page.getViewport({ scale: 1 })
    const { upright, turned } = await pageItems(page)
    const lines = pageLines(upright, number, width)
    return { lines: [...lines, ...pageLines(turned, number, height)], height }
  } finally {
    page.cleanup()
  }
}

/** The page's text runs as they stand on the displayed page; those set sideways apart, as if upright. */
async function pageItems(page: Page): Promise<{ upright: TextItem[]; turned: TextItem[] }> {
  const content = await page.getTextContent()
  const view = page.getViewport({ scale: 1 }).transform
  const upright: TextItem[] = []
  const turned: TextItem[] = []
  for (const item of content.items) {
    if (!('str' in item)) continue
    const [a, b, c, d, x, y] = multiply(view, item.transform as number[])
    const size = Math.hypot(c, d) || Math.hypot(a, b)
    const sideways = Math.abs(b) > Math.abs(a)
    const run = {
      text: item.str,
      width: item.width,
      size,
      font: item.fontName,
      rtl: item.dir === 'rtl',
    }
    if (sideways) turned.push({ ...run, x: b > 0 ? y : -y, y: b > 0 ? -x : x })
    else upright.push({ ...run, x, y })
  }
  return { upright, turned }
}

type Matrix = [number, number, number, number, number, number]

function multiply(m: number[], n: number[]): Matrix {
  const [a = 1, b = 0, c = 0, d = 1, e = 0, f = 0] = m
  const [g = 1, h = 0, i = 0, j = 1, k = 0, l = 0] = n
  return [a * g + c * h, b * g + d * h, a * i + c * j, b * i + d * j, a * k + c * l + e, b * k + d * l + f]
}

async function withDeadline<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const deadline = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new ExtractionError('The page took too long.'))
    }, PAGE_DEADLINE_MS)
  })
  try {
    return await Promise.race([work, deadline])
  } finally {
    clearTimeout(timer)
  }
}
