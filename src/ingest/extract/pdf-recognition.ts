import type { Block } from '../../retrieval/chunk.js'
import { within } from './deadline.js'
import type { GreyPicture } from './grey-picture.js'
import type { PdfDocument } from './pdf-document.js'
import { countLetters, type ReadPage } from './pdf-pages.js'
import { drawPage, lookAtPage, type Drawn } from './pdf-picture.js'
import { RecognitionBudget } from './recognition-budget.js'
import { recognizedBlocks } from './recognized-blocks.js'
import { RecognitionError, recognizeWords } from './recognizer.js'

/** A page with fewer letters is worth a look as soon as it shows anything else. */
const NEXT_TO_NONE = 50
/** A picture over this share of the page is the page. */
const MOST_OF_THE_PAGE = 0.6
/** Less of it is an ornament. */
const PART_OF_THE_PAGE = 0.05

/**
 * Recognizes the pages that show their text in pictures or as shapes, as far as the time goes. Afterwards no page is
 * `sparse`: what shows nothing is an empty page of text. `tell` is called once for each.
 */
export async function recognizePages(
  document: PdfDocument,
  read: ReadPage[],
  tell: () => void,
): Promise<void> {
  const sparse = read.filter((page) => page.state === 'sparse')
  const budget = new RecognitionBudget(sparse.length)
  for (const page of sparse) {
    const time = budget.nextPage()
    const found = time === 0 ? 'failed' : await recognizePage(document, page, time)
    // What the page says as text is better than nothing, whatever else it shows.
    page.state = found === 'failed' && page.lines.length === 0 ? 'failed' : 'text'
    if (Array.isArray(found) && countLetters(found) > countLetters(page.lines)) page.recognized = found
    tell()
  }
}

/** Paragraphs in the picture that a page is; `none` when it is no picture. @throws Error when recognition cannot start. */
async function recognizePage(
  document: PdfDocument,
  { number, lines }: ReadPage,
  withinMs: number,
): Promise<Block[] | 'none' | 'failed'> {
  const ends = Date.now() + withinMs
  const picture = await pictureOf(document, number, countLetters(lines), withinMs).catch(
    () => 'failed' as const,
  )
  if (typeof picture === 'string') return picture
  try {
    const blocks = recognizedBlocks(await recognizeWords(picture, Math.max(1, ends - Date.now())), number)
    return blocks.length === 0 ? 'failed' : blocks
  } catch (error) {
    if (error instanceof RecognitionError) return 'failed'
    throw error
  }
}

async function pictureOf(
  document: PdfDocument,
  number: number,
  letters: number,
  withinMs: number,
): Promise<GreyPicture | 'none'> {
  const page = await document.getPage(number)
  try {
    const ends = Date.now() + withinMs
    const drawn = await within(lookAtPage(page), withinMs)
    return isPicture(drawn, letters) ? await drawPage(page, Math.max(1, ends - Date.now())) : 'none'
  } finally {
    page.cleanup()
  }
}

function isPicture({ pictures, shapes }: Drawn, letters: number): boolean {
  if (letters >= NEXT_TO_NONE) return pictures >= MOST_OF_THE_PAGE
  return pictures >= PART_OF_THE_PAGE || (shapes && letters === 0)
}
