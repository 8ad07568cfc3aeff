import type { Block } from '../../../retrieval/chunk.js'
import { BlockList, type TableCell } from '../block-list.js'
import { elementAt, elementsOf, outermost, type XmlElement } from '../xml-tree.js'
import { formatted } from './docx-numbering.js'

/** Deleted text, comments, what a program keeps for itself, and what stands on every slide. */
const SKIPPED = new Set(
  `text:tracked-changes office:annotation office:annotation-end text:sequence-decls text:variable-decls office:forms
   presentation:date-time presentation:footer presentation:header svg:title svg:desc table:table-column
   text:user-field-decls text:index-title-template text:table-of-content-source`.split(/\s+/),
)
const FURNITURE = new Set(['date-time', 'footer', 'header', 'page-number', 'page'])
/** What stands in the middle of a paragraph without being part of its line. */
const HANGING = new Set(['text:note', 'draw:frame', 'draw:custom-shape', 'draw:g'])
/** Programs write the empty rest of a sheet as one cell that is repeated a million times. */
const MOST_REPEATED = 50
const FORMATS: Record<string, string> = {
  a: 'lowerLetter',
  A: 'upperLetter',
  i: 'lowerRoman',
  I: 'upperRoman',
}

/** How the items of one level of a list are marked. */
export interface ListLevel {
  isNumbered: boolean
  format: string
  before: string
  after: string
  start: number
}

/** By `STYLE LEVEL`. */
export type ListLevels = Map<string, ListLevel>

/** Reads the body of an OpenDocument file into blocks. */
export class OpenDocumentBody {
  readonly #list: BlockList
  readonly #levels: ListLevels
  #notes = 0

  constructor(levels: ListLevels, list: BlockList) {
    this.#levels = levels
    this.#list = list
  }

  /** The blocks below an element, in reading order. */
  read(element: XmlElement): Block[] {
    this.#flow(element)
    return this.#list.blocks
  }

  /** Everything below an element, in one line. */
  inline(element: XmlElement): string {
    const inside = new BlockList()
    new OpenDocumentBody(this.#levels, inside).read(element)
    return inside.inline
  }

  #flow(element: XmlElement): void {
    for (const child of elementsOf(element)) {
      if (SKIPPED.has(child.name) || FURNITURE.has(child.attributes['presentation:class'] ?? '')) continue
      if (child.name === 'text:p' || child.name === 'text:h') this.#paragraph(child)
      else if (child.name === 'text:list') this.#items(child, 0, child.attributes['text:style-name'] ?? '')
      else if (child.name === 'table:table') this.#table(child)
      else this.#flow(child)
    }
  }

  #paragraph(element: XmlElement, mark?: string, depth = 0): void {
    const hanging: XmlElement[] = []
    const text = this.#line(element, hanging)
    const level = Number(element.attributes['text:outline-level'] ?? 1)
    if (element.name === 'text:h') this.#list.heading(text, Math.min(Math.max(level, 1), 9) || 1)
    else if (mark !== undefined) this.#list.item(text, mark, depth)
    else if (element.attributes['text:style-name'] === 'Title') this.#list.heading(text, 1)
    else this.#list.paragraph(text)
    for (const one of hanging) {
      if (one.name === 'text:note') this.#list.paragraph(`${one.attributes.mark ?? ''} ${this.inline(one)}`)
      else this.#flow(one)
    }
  }

  #line(element: XmlElement, hanging: XmlElement[]): string {
    return element.children
      .map((child) => {
        if (typeof child === 'string') return child
        if (SKIPPED.has(child.name)) return ''
        if (child.name === 'text:s' || child.name === 'text:tab') return ' '
        if (child.name === 'text:line-break') return '\n'
        if (child.name === 'text:ruby')
          return this.#line(elementAt(child, 'text:ruby-base') ?? NOTHING, hanging)
        if (!HANGING.has(child.name)) return this.#line(child, hanging)
        if (child.name !== 'text:note') {
          hanging.push(child)
          return ''
        }
        this.#notes += 1
        const mark = `[${this.#notes}]`
        hanging.push({ ...child, attributes: { mark }, children: elementsOf(child, 'text:note-body') })
        return mark
      })
      .join('')
  }

  #items(list: XmlElement, depth: number, style: string): void {
    const level = this.#levels.get(`${style} ${depth + 1}`)
    let count = level?.start ?? 1
    for (const item of elementsOf(list)) {
      const paragraphs = elementsOf(item).filter(({ name }) => name === 'text:p' || name === 'text:h')
      const number = `${level?.before ?? ''}${formatted(count, level?.format ?? '')}${level?.after ?? ''}`
      const mark = level?.isNumbered === true ? number : '-'
      if (paragraphs.length > 0 && item.name === 'text:list-item') count += 1
      for (const child of elementsOf(item)) {
        if (child.name === 'text:list')
          this.#items(child, depth + 1, child.attributes['text:style-name'] ?? style)
        else if (child === paragraphs[0]) this.#paragraph(child, mark, depth)
        else if (child.name === 'text:p') this.#paragraph(child)
      }
    }
  }

  #table(table: XmlElement): void {
    const isHeaded = elementAt(table, 'table:table-header-rows') !== undefined
    const rows = outermost(table, 'table:table-row')
    const isLayout = rows.every(
      (row) => outermost(row, 'table:table-cell', 'table:covered-table-cell').length <= 1,
    )
    if (isLayout) for (const row of rows) this.#flow(row)
    else this.#list.table(this.#rows(rows), isHeaded)
  }

  /** Merged cells stand in every column and row they cover. */
  #rows(rows: XmlElement[]): TableCell[][] {
    const down: { text: string; rows: number }[] = []
    return rows.map((row) => {
      const cells: TableCell[] = []
      for (const cell of outermost(row, 'table:table-cell', 'table:covered-table-cell')) {
        const times = Math.min(
          Number(cell.attributes['table:number-columns-repeated'] ?? 1) || 1,
          MOST_REPEATED,
        )
        const isCovered = cell.name === 'table:covered-table-cell'
        for (let time = 0; time < times; time += 1) {
          const above = down[cells.length]
          const isBelow = isCovered && above !== undefined && above.rows > 0
          if (isBelow) above.rows -= 1
          const text = isBelow ? above.text : isCovered ? (cells.at(-1)?.text ?? '') : this.inline(cell)
          const spanned = Number(cell.attributes['table:number-rows-spanned'] ?? 1) - 1
          if (!isCovered) down[cells.length] = { text, rows: spanned }
          cells.push({ text, ...(isCovered && !isBelow && { isCovered }) })
        }
      }
      return cells
    })
  }
}

const NOTHING: XmlElement = { name: '', attributes: {}, children: [] }

/** The levels of every list style that these parts (the content's own and the common styles) describe. */
export function readLevels(parts: XmlElement[]): ListLevels {
  const levels: ListLevels = new Map()
  for (const style of parts.flatMap((part) => outermost(part, 'text:list-style')))
    for (const { name, attributes } of elementsOf(style))
      levels.set(`${style.attributes['style:name'] ?? ''} ${attributes['text:level'] ?? ''}`, {
        isNumbered: name === 'text:list-level-style-number' && attributes['style:num-format'] !== '',
        format: FORMATS[attributes['style:num-format'] ?? '1'] ?? 'decimal',
        before: attributes['style:num-prefix'] ?? '',
        after: attributes['style:num-suffix'] ?? '',
        start: Number(attributes['text:start-value'] ?? 1) || 1,
      })
  return levels
}
