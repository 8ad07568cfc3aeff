import type { Block } from '../../retrieval/chunk.js'
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
