import type { Block } from '../../retrieval/chunk.js'
import { spanningTableLines, type SpanningCell } from './html-table.js'

/** What is needed of a parsed page; the parser's own types ask for a browser's. */
export interface DomNode {
  readonly nodeType: number
  readonly textContent: string | null
  readonly childNodes: Iterable<DomNode>
}

export interface DomElement extends DomNode {
  readonly localName: string
  readonly children: Iterable<DomElement>
  getAttribute(name: string): string | null
  querySelector(selector: string): DomElement | null
  querySelectorAll(selector: string): Iterable<DomElement>
  remove(): void
}

const TEXT_NODE = 3
const ELEMENT_NODE = 1
/** Elements that stand in a line of text; whatever else there is begins a block. */
const INLINE = new Set(
  `a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark q s samp small span strike
   strong sub sup time tt u var wbr br img ruby rt rp`.split(/\s+/),
)
const NO_TEXT = new Set(
  'script style noscript template iframe svg canvas audio video object embed select input textarea button head'.split(
    ' ',
  ),
)

/** The text under a node as blocks, in reading order: headings, paragraphs, lists, tables, code. */
export function htmlBlocks(root: DomNode): Block[] {
  const reader = new BlockReader()
  reader.children(root)
  return reader.done()
}

class BlockReader {
  readonly #blocks: Block[] = []
  #line = ''

  done(): Block[] {
    this.#endLine()
    return this.#blocks
  }

  children(node: DomNode): void {
    for (const child of node.childNodes) this.#node(child)
  }

  #node(node: DomNode): void {
    if (node.nodeType === TEXT_NODE) this.#line += node.textContent ?? ''
    else if (node.nodeType === ELEMENT_NODE) this.#element(node as DomElement)
  }

  #element(element: DomElement): void {
    const name = nameOf(element)
    if (NO_TEXT.has(name)) return
    if (INLINE.has(name) && !holdsBlock(element)) {
      this.#line += inlineText(element)
      return
    }
    this.#endLine()
    const level = /^h([1-6])$/.exec(name)?.[1]
    if (level !== undefined) this.#push('heading', flat(inlineText(element)), Number(level))
    else if (name === 'ul' || name === 'ol' || name === 'menu')
      this.#push('list', listLines(element, 0).join('\n'))
    else if (name === 'dl') this.#push('list', definitionLines(element).join('\n'))
    else if (name === 'table' && isData(element)) this.#table(element)
    else if (name === 'pre') this.#push('code', (element.textContent ?? '').replace(/^\n+/, '').trimEnd())
    else this.children(element)
    this.#endLine()
  }

  #table(table: DomElement): void {
    const caption = table.querySelector('caption')
    if (caption) this.#push('paragraph', flat(inlineText(caption)))
    this.#push('table', spanningTableLines(tableRows(table)).join('\n'))
  }

  #endLine(): void {
    this.#push('paragraph', flat(this.#line))
    this.#line = ''
  }

  #push(kind: Block['kind'], text: string, level?: number): void {
    if (text.trim() === '') return
    this.#blocks.push({ kind, text, page: null, ...(level !== undefined && { level }) })
  }
}

function nameOf(element: DomElement): string {
  return element.localName.toLowerCase()
}

/** Links and emphasis are also put around whole blocks. */
function holdsBlock(element: DomElement): boolean {
  return [...element.querySelectorAll('*')].some((inner) => {
    const name = nameOf(inner)
    return !INLINE.has(name) && !NO_TEXT.has(name)
  })
}

/** An element's text as it is read in a line, blocks in it set apart by spaces. */
function inlineText(node: DomNode): string {
  if (node.nodeType === TEXT_NODE) return node.textContent ?? ''
  if (node.nodeType !== ELEMENT_NODE) return ''
  const element = node as DomElement
  const name = nameOf(element)
  if (NO_TEXT.has(name)) return ''
  if (name === 'br') return ' '
  if (name === 'img') return element.getAttribute('alt') ?? ''
  const text = [...element.childNodes].map(inlineText).join('')
  return INLINE.has(name) ? text : ` ${text} `
}

function flat(text: string): string {
  return text.replace(/\s+/gu, ' ').trim()
}

function childrenNamed(element: DomElement, ...names: string[]): DomElement[] {
  return [...element.children].filter((child) => names.includes(nameOf(child)))
}

/** One line per item; the items of lists in it are indented below. */
function listLines(list: DomElement, depth: number): string[] {
  const isOrdered = nameOf(list) === 'ol'
  const start = Number(list.getAttribute('start') ?? 1)
  const first = Number.isInteger(start) ? start : 1
  return childrenNamed(list, 'li').flatMap((item, index) => {
    const nested = childrenNamed(item, 'ul', 'ol', 'menu')
    const own = [...item.childNodes].filter((node) => !nested.some((list) => list === node))
    const text = flat(own.map(inlineText).join(''))
    const mark = isOrdered ? `${String(first + index)}.` : '-'
    const below = nested.flatMap((inner) => listLines(inner, depth + 1))
    return [...(text === '' ? [] : [`${'  '.repeat(depth)}${mark} ${text}`]), ...below]
  })
}

/** `- term: definition`, one line each. */
function definitionLines(list: DomElement): string[] {
  const lines: string[] = []
  let term = ''
  for (const entry of list.querySelectorAll('dt, dd')) {
    const text = flat(inlineText(entry))
    if (nameOf(entry) === 'dt') term = text.replace(/\s*:$/, '')
    else if (text !== '') lines.push(term === '' ? `- ${text}` : `- ${term}: ${text}`)
  }
  return lines
}

/** Whether a table shows data; what has one column only, or tables inside, is there for its looks. */
function isData(table: DomElement): boolean {
  if (table.querySelector('table') !== null) return false
  return [...table.querySelectorAll('tr')].some((row) => childrenNamed(row, 'td', 'th').length > 1)
}

/** The table's rows as they stand; a row of headings is one of `th`, or any in the table's head. */
function tableRows(table: DomElement): SpanningCell[][] {
  const heads = new Set([...table.querySelectorAll('thead tr')])
  return [...table.querySelectorAll('tr')].map((row) =>
    childrenNamed(row, 'td', 'th').map((cell) => ({
      text: flat(inlineText(cell)),
      isHeader: nameOf(cell) === 'th' || heads.has(row),
      columns: spanOf(cell, 'colspan'),
      rows: spanOf(cell, 'rowspan'),
    })),
  )
}

function spanOf(cell: DomElement, name: string): number {
  const span = Number(cell.getAttribute(name) ?? 1)
  return Number.isInteger(span) && span > 0 ? span : 1
}
