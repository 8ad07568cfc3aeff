import type { Block } from '../../retrieval/chunk.js'
import { detectLanguage } from '../../retrieval/language.js'
import { within } from './deadline.js'
import { ExtractionError, MAX_PAGES, type Extraction } from './extraction.js'
import { pageWarnings } from './page-warnings.js'
import { dropRunning, measure, toBlocks } from './pdf-blocks.js'
import { closePdf, openPdf } from './pdf-document.js'
import { namedHeadings } from './pdf-headings.js'
import type { Line } from './pdf-lines.js'
import { readOutline, type Bookmark } from './pdf-outline.js'
import { readPages, type ReadPage } from './pdf-pages.js'
import { recognizePages } from './pdf-recognition.js'

/** Bookmarks are a help, not needed. */
const OUTLINE_MS = 10_000

/**
 * The text of a PDF with its structure and page numbers; pages without text are recognized as pictures.
 * @throws ExtractionError for an encrypted, damaged, textless or too long file.
 */
export async function extractPdf(
  bytes: Uint8Array,
  onPage: (done: number, pages: number) => void = () => undefined,
): Promise<Extraction> {
  const document = await openPdf(bytes)
  try {
    const pages = document.numPages
    if (pages > MAX_PAGES) {
      throw new ExtractionError(
        `The PDF has ${pages} pages; at most ${MAX_PAGES} are read, so please split it into several files.`,
      )
    }
    let done = 0
    const tell = () => {
      done += 1
      onPage(done, pages)
    }
    const read = await readPages(document, tell)
    await recognizePages(document, read, tell)
    return assemble(read, await within(readOutline(document), OUTLINE_MS).catch(() => []))
  } finally {
    await closePdf(document)
  }
}

function assemble(read: ReadPage[], bookmarks: Bookmark[]): Extraction {
  const numbers = (which: (page: ReadPage) => boolean) => read.filter(which).map((page) => page.number)
  const unreadablePages = numbers((page) => page.state === 'failed')
  const recognized = numbers((page) => page.recognized !== undefined)
  const blocks = allBlocks(read, bookmarks)
  if (blocks.length === 0) {
    throw new ExtractionError(
      unreadablePages.length === 0
        ? 'The PDF holds no text.'
        : 'The PDF holds no text that could be read: its pages are damaged, or pictures of something else.',
    )
  }
  const sample = blocks.map((block) => block.text).join('\n')
  return {
    mediaType: 'application/pdf',
    blocks,
    pages: read.length,
    language: /\p{L}{3}/u.test(sample) ? detectLanguage(sample) : null,
    unreadablePages,
    warnings: pageWarnings({ pages: read.length, recognized, unreadable: unreadablePages }),
  }
}

/** Pages of text, which may run on from one to the next, and recognized pages between them. */
function allBlocks(read: ReadPage[], bookmarks: Bookmark[]): Block[] {
  const kept = dropRunning(read)
  const look = measure(kept.flat())
  const named = namedHeadings(kept.flat(), bookmarks)
  const blocks: Block[] = []
  let lines: Line[] = []
  for (const [index, page] of read.entries()) {
    if (page.recognized === undefined) lines.push(...(kept[index] ?? []))
    else {
      blocks.push(...toBlocks(lines, look, named), ...page.recognized)
      lines = []
    }
  }
  return [...blocks, ...toBlocks(lines, look, named)]
}
