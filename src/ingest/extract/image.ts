import type { Block } from '../../retrieval/chunk.js'
import { detectLanguage } from '../../retrieval/language.js'
import { countPictures, decodePicture } from './decode-picture.js'
import { ExtractionError, MAX_PAGES, type Extraction } from './extraction.js'
import { pageWarnings } from './page-warnings.js'
import { RecognitionBudget } from './recognition-budget.js'
import { recognizedBlocks } from './recognized-blocks.js'
import { RecognitionError, recognizeWords } from './recognizer.js'

/**
 * The text in a picture, recognized; a TIFF file may hold several pages.
 * @throws ExtractionError for a picture that is damaged, too large, or without text.
 */
export async function extractImage(
  bytes: Uint8Array,
  mediaType: string,
  onPage: (done: number, pages: number) => void = () => undefined,
): Promise<Extraction> {
  const pages = await countPictures(bytes, mediaType)
  if (pages > MAX_PAGES) {
    throw new ExtractionError(`The file holds ${pages} pictures; at most ${MAX_PAGES} are read.`)
  }
  const budget = new RecognitionBudget(pages)
  const found: (Block[] | Error)[] = []
  for (let number = 1; number <= pages; number += 1) {
    found.push(await readPicture(bytes, mediaType, { number, pages }, budget).catch(ofThePicture))
    onPage(number, pages)
  }
  const blocks = found.flatMap((one) => (one instanceof Error ? [] : one))
  if (blocks.length === 0) throw failure(found)
  const numbers = found.map((_, index) => index + 1)
  const unreadable = numbers.filter((number) => found[number - 1] instanceof Error)
  const recognized = numbers.filter((number) => blocks.some((block) => (block.page ?? 1) === number))
  return {
    mediaType,
    blocks,
    pages: pages > 1 ? pages : null,
    language: detectLanguage(blocks.map((block) => block.text).join('\n')),
    unreadablePages: unreadable,
    warnings: pageWarnings({ pages, recognized, unreadable }),
  }
}

async function readPicture(
  bytes: Uint8Array,
  mediaType: string,
  { number, pages }: { number: number; pages: number },
  budget: RecognitionBudget,
): Promise<Block[]> {
  const time = budget.nextPage()
  if (time === 0) throw new ExtractionError('The time for recognizing the text of this file was used up.')
  const picture = await decodePicture(bytes, mediaType, number)
  return recognizedBlocks(await recognizeWords(picture, time), pages > 1 ? number : null)
}

/** What only one picture is to blame for does not stop the others. */
function ofThePicture(error: unknown): Error {
  if (error instanceof ExtractionError || error instanceof RecognitionError) return error
  throw error
}

/** Why not one picture gave text. */
function failure(found: (Block[] | Error)[]): ExtractionError {
  const told = found.find((one) => one instanceof ExtractionError)
  if (told) return told
  const cause = found.find((one) => one instanceof Error)
  if (cause)
    return new ExtractionError('Recognizing the text of the picture took too long or failed.', { cause })
  return new ExtractionError('The picture holds no text that could be recognized.')
}
