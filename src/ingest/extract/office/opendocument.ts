import type { Block } from '../../../retrieval/chunk.js'
import { openArchive } from '../archive.js'
import { BlockList } from '../block-list.js'
import { ExtractionError, finished, MAX_PAGES, type Extraction } from '../extraction.js'
import { elementAt, elementsOf, outermost, parseXml, textOf, type XmlElement } from '../xml-tree.js'
import { OpenDocumentBody, readLevels, type ListLevels } from './opendocument-body.js'

const TEXT = 'application/vnd.oasis.opendocument.text'
const PRESENTATION = 'application/vnd.oasis.opendocument.presentation'

/**
 * The text of an OpenDocument text (.odt) or presentation (.odp): headings, lists, tables, notes; a slide is a page.
 * Left out: what was deleted, and comments.
 * @throws ExtractionError when it is damaged, encrypted, made to fill memory or without any text.
 */
export async function extractOpenDocument(bytes: Uint8Array): Promise<Extraction> {
  const archive = await openArchive(bytes)
  const read = async (part: string) => {
    const found = await archive.read(part)
    return found === undefined ? undefined : parseXml(found)
  }
  if (outermost(await read('META-INF/manifest.xml'), 'manifest:encryption-data').length > 0) {
    throw new ExtractionError(
      'The document is protected by a password; remove the protection and load it again.',
    )
  }
  const content = await read('content.xml')
  const body = elementAt(content, 'office:body')
  if (body === undefined)
    throw new ExtractionError('The document is damaged or incomplete: its text is missing.')
  const levels = readLevels([content, await read('styles.xml')].filter((part) => part !== undefined))
  const slides = elementsOf(elementAt(body, 'office:presentation'), 'draw:page')
  const title = textOf(elementAt(await read('meta.xml'), 'office:meta', 'dc:title'))
    .trim()
    .slice(0, 500)
  return finished({
    mediaType: slides.length > 0 ? PRESENTATION : TEXT,
    ...(title !== '' && { title }),
    ...(slides.length > 0
      ? { blocks: slideBlocks(slides, levels), pages: slides.length }
      : { blocks: new OpenDocumentBody(levels, new BlockList()).read(body) }),
  })
}

/** Slide by slide: its title, the rest, and what the presenter noted. */
function slideBlocks(slides: XmlElement[], levels: ListLevels): Block[] {
  if (slides.length > MAX_PAGES) {
    throw new ExtractionError(
      `The presentation has ${slides.length} slides; at most ${MAX_PAGES} are read, so please split it into several files.`,
    )
  }
  return slides.flatMap((slide, index) => {
    const list = new BlockList(index + 1)
    const title = outermost(slide, 'draw:frame').find(isTitle)
    if (title !== undefined) list.heading(new OpenDocumentBody(levels, new BlockList()).inline(title), 1)
    const rest = slide.children.filter((child) => child !== title)
    return new OpenDocumentBody(levels, list).read({ ...slide, children: rest })
  })
}

function isTitle({ attributes }: XmlElement): boolean {
  return attributes['presentation:class'] === 'title'
}
