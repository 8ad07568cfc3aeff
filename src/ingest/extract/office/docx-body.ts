import type { Block } from '../../../retrieval/chunk.js'
import { BlockList, oneLine } from '../block-list.js'
import { elementAt, elementsOf, type XmlElement } from '../xml-tree.js'
import { contentOf, readLine, type Line } from './docx-line.js'
import type { DocxNumbering, Mark } from './docx-numbering.js'
import { outlineLevel, placeOf, type DocxStyles, type ParagraphStyle } from './docx-styles.js'
import { isHeaded, isLayout, readCells, rowsOf } from './docx-table.js'

/** What the body of a Word document refers to. */
export interface DocxParts {
  styles: DocxStyles
  numbering: DocxNumbering
  /** `footnote 3` → what is in it. */
  notes: Map<string, XmlElement>
  /** Blocks of charts, diagrams and other parts, by the id of the relation to them. */
  attached: Map<string, Block[]>
}

/** Reads the body of a Word document into blocks. Notes come after the paragraph, list or table that refers to them. */
export class DocxBody {
  readonly #parts: DocxParts
  readonly #top = new BlockList()
  readonly #due: { mark: string; note: XmlElement }[] = []
  #marks = 0
  /** Text that belongs to the beginning of the next paragraph: the mark between them was deleted, or it is an initial. */
  #carried: Line = { text: '', hanging: [] }
  /** What the document calls itself on its face. */
  title: string | undefined

  constructor(parts: DocxParts) {
    this.#parts = parts
  }

  /** The blocks of a body, in reading order. */
  read(body: XmlElement | undefined): Block[] {
    this.#flow(body, this.#top)
    this.#emitNotes()
    return this.#top.blocks
  }

  #flow(element: XmlElement | undefined, list: BlockList): void {
    for (const child of elementsOf(element)) {
      if (child.name === 'w:p') this.#paragraph(child, list)
      else if (child.name === 'w:tbl') this.#table(child, list)
      else if (child.name === 'w:sdt') this.#flow(contentOf(child), list)
      else if (child.name === 'w:altChunk') list.add(this.#attached(child, 'r:id'))
      else if (child.name === 'mc:AlternateContent') this.#flow(elementsOf(child)[0], list)
      else if (child.name === 'm:oMathPara' || child.name === 'm:oMath')
        list.paragraph(readLine([child], () => '').text)
      else if (child.name !== 'w:del' && child.name !== 'w:moveFrom') this.#flow(child, list)
    }
  }

  #paragraph(element: XmlElement, list: BlockList): void {
    const properties = elementAt(element, 'w:pPr')
    const due = this.#due.length
    const own = readLine(elementsOf(element), (kind, id) => this.#refer(kind, id))
    const line = { text: this.#carried.text + own.text, hanging: [...this.#carried.hanging, ...own.hanging] }
    const isCarried =
      elementAt(properties, 'w:rPr', 'w:del') !== undefined ||
      elementAt(properties, 'w:framePr')?.attributes['w:dropCap'] !== undefined
    this.#carried = isCarried ? line : { text: '', hanging: [] }
    if (isCarried) return
    this.#emit(line.text, properties, list, due)
    for (const hanging of line.hanging) {
      if (hanging.name === 'w:txbxContent') this.#flow(hanging, list)
      else list.add(this.#attached(hanging, hanging.name === 'c:chart' ? 'r:id' : 'r:dm'))
    }
  }

  /** @param due how many notes are due from before this paragraph */
  #emit(text: string, properties: XmlElement | undefined, list: BlockList, due: number): void {
    const id = elementAt(properties, 'w:pStyle')?.attributes['w:val']
    const style = this.#parts.styles.paragraph(id)
    const mark = this.#mark(properties, style, id)
    if (text.trim() === '') return
    const direct = outlineLevel(properties)
    const level = direct === undefined ? style.heading : direct > 9 ? undefined : direct
    const marked = mark === undefined || mark.isBullet || mark.text === '' ? text : `${mark.text} ${text}`
    const isItem = level === undefined && mark !== undefined && mark.text !== ''
    if (list === this.#top && !isItem) this.#emitNotes(due)
    if (style.isTitle) this.title ??= oneLine(text)
    if (level !== undefined) list.heading(marked, level)
    else if (isItem) list.item(text, mark.text, mark.depth)
    else if (style.isCode) list.code(text)
    else list.paragraph(text)
  }

  #mark(properties: XmlElement | undefined, style: ParagraphStyle, id: string | undefined): Mark | undefined {
    const direct = placeOf(properties)
    const number = direct.list ?? style.place.list
    if (number === undefined) return undefined
    const ofStyle = this.#parts.numbering.levelOfStyle(number, id)
    return this.#parts.numbering.next(number, direct.level ?? ofStyle ?? style.place.level ?? 0)
  }

  #table(table: XmlElement, list: BlockList): void {
    const rows = rowsOf(table)
    if (isLayout(rows)) {
      for (const cell of rows.flat()) this.#flow(cell, list)
      return
    }
    if (list === this.#top) this.#emitNotes()
    const cells = readCells(rows, (cell) => {
      const inside = new BlockList()
      this.#flow(cell, inside)
      return inside.inline
    })
    list.table(cells, isHeaded(table, rows, this.#parts.styles))
  }

  #attached(element: XmlElement, id: string): Block[] {
    return this.#parts.attached.get(element.attributes[id] ?? '') ?? []
  }

  #refer(kind: string, id: string): string {
    const note = this.#parts.notes.get(`${kind} ${id}`)
    if (note === undefined) return ''
    this.#marks += 1
    const mark = `[${this.#marks}]`
    this.#due.push({ mark, note })
    return mark
  }

  #emitNotes(count = this.#due.length): void {
    for (const { mark, note } of this.#due.splice(0, count)) {
      const inside = new BlockList()
      this.#flow(note, inside)
      if (inside.inline !== '') this.#top.paragraph(`${mark} ${inside.inline}`)
    }
  }
}
