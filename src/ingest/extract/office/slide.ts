import type { Block } from '../../../retrieval/chunk.js'
import { BlockList, oneLine, type TableCell } from '../block-list.js'
import { elementAt, elementsOf, outermost, type XmlElement } from '../xml-tree.js'
import { addText, paragraphText } from './slide-text.js'

/** A slide and what it takes its looks from. */
export interface SlideParts {
  slide: XmlElement
  layout: XmlElement | undefined
  master: XmlElement | undefined
  /** Blocks of charts and diagrams, by the id of the relation to them. */
  attached: Map<string, Block[]>
}

/** Placeholders that say the same on every slide. */
const FURNITURE = new Set(['dt', 'ftr', 'hdr', 'sldNum'])
const TITLES = new Set(['title', 'ctrTitle'])
/** A first line that is no longer is the title of a slide without one. */
const TITLE_LENGTH = 100

/** The text of a slide: its title, then its shapes in the order of the slide, which is the order they are read aloud in. */
export function slideBlocks(parts: SlideParts, page: number): Block[] {
  const reader = new SlideReader(parts, page)
  const { blocks } = reader.read()
  const [first] = blocks
  const isUntitled = first?.kind === 'paragraph' && !blocks.some(({ kind }) => kind === 'heading')
  if (isUntitled && first.text.length <= TITLE_LENGTH && !first.text.includes('\n'))
    Object.assign(first, { kind: 'heading', level: 1 })
  return blocks
}

/** What a presenter has noted for a slide. */
export function noteBlocks(notes: XmlElement | undefined, page: number): Block[] {
  const list = new BlockList(page)
  for (const shape of outermost(elementAt(notes, 'p:cSld', 'p:spTree'), 'p:sp'))
    if (placeholderOf(shape)?.type === 'body') addText(list, elementAt(shape, 'p:txBody'), [])
  return list.blocks
}

class SlideReader {
  readonly #parts: SlideParts
  readonly #list: BlockList

  constructor(parts: SlideParts, page: number) {
    this.#parts = parts
    this.#list = new BlockList(page)
  }

  read(): BlockList {
    const tree = elementAt(this.#parts.slide, 'p:cSld', 'p:spTree')
    const title = outermost(tree, 'p:sp').find(isTitle)
    const lines = elementsOf(elementAt(title, 'p:txBody'), 'a:p').map(paragraphText)
    this.#list.heading(lines.join(' '), 1)
    this.#shapes(tree, title)
    return this.#list
  }

  #shapes(group: XmlElement | undefined, title: XmlElement | undefined): void {
    for (const shape of elementsOf(group)) {
      if (shape.name === 'p:sp') {
        if (shape !== title) this.#shape(shape)
      } else if (shape.name === 'p:graphicFrame') this.#frame(shape)
      else if (shape.name === 'mc:AlternateContent') this.#alternative(shape, title)
      else if (shape.name !== 'p:pic') this.#shapes(shape, title)
    }
  }

  /** The first way to show something that holds text. */
  #alternative(element: XmlElement, title: XmlElement | undefined): void {
    const before = this.#list.blocks.length
    for (const way of elementsOf(element)) {
      this.#shapes(way, title)
      if (this.#list.blocks.length > before) return
    }
  }

  #shape(shape: XmlElement): void {
    const placeholder = placeholderOf(shape)
    if (placeholder !== undefined && FURNITURE.has(placeholder.type)) return
    const body = elementAt(shape, 'p:txBody')
    const own = elementAt(body, 'a:lstStyle')
    const inherited = placeholder === undefined ? [] : this.#stylesOf(placeholder)
    addText(this.#list, body, [...(own === undefined ? [] : [own]), ...inherited])
  }

  /** What layout and master say of the lists in a placeholder. */
  #stylesOf({ type, index }: Placeholder): XmlElement[] {
    const { layout, master } = this.#parts
    const isBody = type === 'body' || type === 'obj'
    const like = (shape: XmlElement) => {
      const other = placeholderOf(shape)
      return other?.type === type || (isBody && (other?.type === 'body' || other?.type === 'obj'))
    }
    const ofLayout = shapesOf(layout).find((shape) => placeholderOf(shape)?.index === index && like(shape))
    const ofMaster = shapesOf(master).find(like)
    const styles = [ofLayout, ofMaster].map((shape) => elementAt(shape, 'p:txBody', 'a:lstStyle'))
    const usual = isBody ? elementAt(master, 'p:txStyles', 'p:bodyStyle') : undefined
    return [...styles, usual].filter((style) => style !== undefined)
  }

  #frame(frame: XmlElement): void {
    const data = elementAt(frame, 'a:graphic', 'a:graphicData')
    for (const table of elementsOf(data, 'a:tbl'))
      this.#list.table(readRows(table), elementAt(table, 'a:tblPr')?.attributes.firstRow === '1')
    for (const { name, attributes } of outermost(data, 'c:chart', 'dgm:relIds'))
      this.#list.add(this.#parts.attached.get(attributes[name === 'c:chart' ? 'r:id' : 'r:dm'] ?? '') ?? [])
  }
}

interface Placeholder {
  type: string
  index: string
}

function placeholderOf(shape: XmlElement): Placeholder | undefined {
  const placeholder = elementAt(shape, 'p:nvSpPr', 'p:nvPr', 'p:ph')
  if (placeholder === undefined) return undefined
  return { type: placeholder.attributes.type ?? 'obj', index: placeholder.attributes.idx ?? '0' }
}

function isTitle(shape: XmlElement): boolean {
  return TITLES.has(placeholderOf(shape)?.type ?? '') && oneLine(shapeText(shape)) !== ''
}

function shapeText(shape: XmlElement): string {
  return elementsOf(elementAt(shape, 'p:txBody'), 'a:p').map(paragraphText).join(' ')
}

function shapesOf(part: XmlElement | undefined): XmlElement[] {
  return outermost(elementAt(part, 'p:cSld', 'p:spTree'), 'p:sp')
}

/** Merged cells stand in every row and column they cover. */
function readRows(table: XmlElement): TableCell[][] {
  let above: TableCell[] = []
  return elementsOf(table, 'a:tr').map((line) => {
    const row: TableCell[] = []
    for (const cell of elementsOf(line, 'a:tc')) {
      const { hMerge, vMerge } = cell.attributes
      const isCovered = hMerge === '1' || hMerge === 'true'
      const continues = vMerge === '1' || vMerge === 'true'
      const own = elementsOf(elementAt(cell, 'a:txBody'), 'a:p').map(paragraphText).join(' ')
      const text = isCovered ? row.at(-1)?.text : continues ? above[row.length]?.text : undefined
      row.push({ text: text ?? oneLine(own), ...(isCovered && { isCovered }) })
    }
    above = row
    return row
  })
}
