import type { Block } from '../../retrieval/chunk.js'
import { detectLanguage } from '../../retrieval/language.js'
import type { SourceWarning } from '../../store/source-row.js'

/** What a file holds, in reading order. */
export interface Extraction {
  mediaType: string
  /** What the document calls itself, where the format says so. */
  title?: string
  blocks: Block[]
  /** Null where the format has no pages. */
  pages: number | null
  /** ISO 639-1; null when there is too little text to tell. */
  language: string | null
  /** 1-based numbers of pages that hold no readable text (pictures, damage). */
  unreadablePages: number[]
  /** What the person who gave the file should know although it could be read. */
  warnings?: SourceWarning[]
}

/** A file that cannot be read, told in one sentence for the person who gave it. */
export class ExtractionError extends Error {
  override readonly name = 'ExtractionError'
}

/** More pages than this are refused: such a file is several books and belongs in several sources. */
export const MAX_PAGES = 5000
/** Longest text one source may hold, in UTF-16 code units (some 5,000 dense pages). */
export const MAX_CHARACTERS = 20_000_000

/**
 * What was read, with its language.
 * @throws ExtractionError when there is no text, or too much of it.
 */
export function finished(read: Pick<Extraction, 'mediaType' | 'blocks'> & Partial<Extraction>): Extraction {
  const size = read.blocks.reduce((sum, { text }) => sum + text.length, 0)
  if (size === 0) throw new ExtractionError('The file holds no text.')
  if (size > MAX_CHARACTERS) {
    throw new ExtractionError(
      `The file holds more than ${MAX_CHARACTERS / 1e6} million characters; please split it into several files.`,
    )
  }
  const sample = read.blocks.map(({ text }) => text).join('\n')
  const language = /\p{L}{3}/u.test(sample) ? detectLanguage(sample) : null
  return { pages: null, unreadablePages: [], language, ...read }
}
