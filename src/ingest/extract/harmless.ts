import type { Extraction } from './extraction.js'

/**
 * Control characters other than tabs and line ends; characters that turn the direction of what follows, which would let
 * a text show other than it is; halves of characters.
 */
const HARMFUL =
  /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069\uFEFF\uFFF9-\uFFFB]|\p{Surrogate}/gu

/** The text without what would make it show other than it is, or not be stored as it is. */
export function harmless(text: string): string {
  return text.replace(HARMFUL, '')
}

/** The same for all texts of a document. Places inside them stay where they are. */
export function harmlessExtraction(extraction: Extraction): Extraction {
  const blocks = extraction.blocks
    .map((block) => {
      if (block.text.search(HARMFUL) < 0) return block
      // Of a block that runs over pages the offsets count, so what goes leaves a gap.
      return { ...block, text: block.breaks ? block.text.replace(HARMFUL, ' ') : harmless(block.text) }
    })
    .filter(({ text }) => text.trim() !== '')
  const { title, ...rest } = extraction
  const shown = harmless(title ?? '').trim()
  return { ...rest, blocks, ...(shown !== '' && { title: shown }) }
}
