import type { Block } from '../../../retrieval/chunk.js'
import type { SourceWarning } from '../../../store/source-row.js'
import { openArchive } from '../archive.js'
import { ExtractionError, finished, MAX_PAGES, type Extraction } from '../extraction.js'
import { elementAt, elementsOf, outermost, type XmlElement } from '../xml-tree.js'
import { readAttached } from './attached.js'
import { OfficePackage, statedTitle } from './office-package.js'
import { noteBlocks, slideBlocks } from './slide.js'

/**
 * The text of a presentation (.pptx and what is built alike): slide by slide, each a page, with its title as heading, its
 * lists, tables, charts and the presenter's notes. Hidden slides are left out, and told; comments are left out.
 * @throws ExtractionError when it is damaged, encrypted, made to fill memory or without any text.
 */
export async function extractPptx(
  bytes: Uint8Array,
  onPage: (done: number, pages: number) => void = () => undefined,
): Promise<Extraction> {
  const deck = new Deck(new OfficePackage(await openArchive(bytes)))
  const slides = await deck.slides()
  if (slides.length > MAX_PAGES) {
    throw new ExtractionError(
      `The presentation has ${slides.length} slides; at most ${MAX_PAGES} are read, so please split it into several files.`,
    )
  }
  const blocks: Block[] = []
  const hidden: number[] = []
  const unreadablePages: number[] = []
  for (const [index, part] of slides.entries()) {
    const page = index + 1
    const slide = await deck.read(part, page)
    blocks.push(...slide.blocks)
    if (slide.state === 'hidden') hidden.push(page)
    if (slide.state === 'pictures') unreadablePages.push(page)
    onPage(page, slides.length)
  }
  const title = (await deck.title()) ?? blocks.find(({ kind }) => kind === 'heading')?.text
  return finished({
    mediaType: 'application/vnd.openxmlformats-officedocument.presentationml.presentation',
    ...(title !== undefined && { title }),
    blocks,
    pages: slides.length,
    unreadablePages,
    ...(hidden.length > 0 && { warnings: [hiddenWarning(hidden)] }),
  })
}

interface Slide {
  blocks: Block[]
  state: 'read' | 'hidden' | 'pictures'
}

/** A presentation's slides and what they share. */
class Deck {
  readonly #file: OfficePackage
  readonly #shared = new Map<string, XmlElement | undefined>()

  constructor(file: OfficePackage) {
    this.#file = file
  }

  title(): Promise<string | undefined> {
    return statedTitle(this.#file)
  }

  /** The parts of the slides, in the order they are shown in. */
  async slides(): Promise<string[]> {
    const main = await this.#file.mainPart('ppt/presentation.xml')
    const relations = await this.#file.relationsOf(main)
    const list = elementsOf(elementAt(await this.#file.read(main), 'p:sldIdLst'), 'p:sldId')
    return list.flatMap(({ attributes }) => relations.get(attributes['r:id'] ?? '')?.target ?? [])
  }

  async read(part: string, page: number): Promise<Slide> {
    const slide = await this.#file.read(part)
    if (slide === undefined) return { blocks: [], state: 'pictures' }
    if (['0', 'false'].includes(slide.attributes.show ?? '')) return { blocks: [], state: 'hidden' }
    const layout = await this.#file.related(part, 'slideLayout')
    const master = layout && (await this.#file.related(layout.target, 'slideMaster'))
    const shown = slideBlocks(
      {
        slide,
        layout: await this.#look(layout?.target),
        master: await this.#look(master?.target),
        attached: await readAttached(this.#file, part),
      },
      page,
    )
    const blocks = [...shown, ...noteBlocks(await this.#file.readRelated(part, 'notesSlide'), page)]
    const isPicture = blocks.length === 0 && outermost(slide, 'p:pic').length > 0
    return { blocks, state: isPicture ? 'pictures' : 'read' }
  }

  /** Layouts and masters are read once. */
  async #look(part: string | undefined): Promise<XmlElement | undefined> {
    if (part === undefined) return undefined
    if (!this.#shared.has(part)) this.#shared.set(part, await this.#file.read(part))
    return this.#shared.get(part)
  }
}

function hiddenWarning(pages: number[]): SourceWarning {
  const list = pages.slice(0, 20).join(', ') + (pages.length > 20 ? ', …' : '')
  const message =
    pages.length === 1
      ? `Slide ${list} is hidden and was left out.`
      : `${pages.length} slides are hidden and were left out: ${list}.`
  return { code: 'parts_left_out', message, pages }
}
