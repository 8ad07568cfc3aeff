import type { Block } from '../../retrieval/chunk.js'

/** A cell of a table as it stands in one row. */
export interface TableCell {
  text: string
  /** Part of the cell to its left, whose text it repeats. */
  isCovered?: boolean
}

/** Gathers a document's blocks in reading order; items of a list that follow each other become one block. */
export class BlockList {
  readonly blocks: Block[] = []
  /** The page that what is added next stands on. */
  page: number | null

  constructor(page: number | null = null) {
    this.page = page
  }

  /** @param level 1 = outermost */
  heading(text: string, level: number): void {
    this.#push({ kind: 'heading', level, text: oneLine(text), page: this.page })
  }

  /** Keeps line breaks. */
  paragraph(text: string): void {
    this.#push({ kind: 'paragraph', text: lines(text).join('\n'), page: this.page })
  }

  /** @param mark what stands before it: `-`, `2.`, `b)` */
  item(text: string, mark: string, depth: number): void {
    const flat = oneLine(text)
    if (flat !== '') this.#extend('list', `${'  '.repeat(depth)}${mark} ${flat}`)
  }

  /** Lines of code that follow each other become one block; they keep their indentation. */
  code(text: string): void {
    this.#extend('code', text.trimEnd())
  }

  /** One line per row. */
  table(rows: TableCell[][], isHeaded: boolean): void {
    this.#push({ kind: 'table', text: tableLines(rows, isHeaded).join('\n'), page: this.page })
  }

  /** Blocks that were gathered elsewhere, on the page that is current here. */
  add(blocks: Block[]): void {
    for (const block of blocks) this.#push({ ...block, page: this.page })
  }

  /** Everything in one line, as it is read in a cell. */
  get inline(): string {
    const texts = this.blocks.map(({ kind, text }) => (kind === 'table' ? withoutRules(text) : text))
    return oneLine(texts.join(' '))
  }

  #extend(kind: 'list' | 'code', line: string): void {
    const last = this.blocks.at(-1)
    if (last?.kind === kind && last.page === this.page) last.text += `\n${line}`
    else this.#push({ kind, text: line, page: this.page })
  }

  #push(block: Block): void {
    if (block.text.trim() !== '') this.blocks.push(block)
  }
}

/** A table inside of a cell: its rows without what would part the cells around it. */
function withoutRules(table: string): string {
  return table
    .replace(/^\| | \|$/gm, '')
    .replaceAll(' | ', ', ')
    .replaceAll('\n', '; ')
}

/** Without line breaks, and with single spaces. */
export function oneLine(text: string): string {
  return text.replace(/\s+/gu, ' ').trim()
}

function lines(text: string): string[] {
  return text
    .split(/[\n\v\f]/)
    .map(oneLine)
    .filter((line) => line !== '')
}

/**
 * One line per row, each cell with its column's name, as tables of web pages are read: `| Plan: Pro | Price: 12 € |`.
 * Without a row of headings, and for what runs through all columns: the cells alone.
 */
function tableLines(rows: TableCell[][], isHeaded: boolean): string[] {
  const [first = []] = rows
  const body = isHeaded && rows.length > 1 ? rows.slice(1) : rows
  const names = body === rows ? [] : first.map(({ text }) => text.replace(/\s*:$/, ''))
  const named = body.map((cells) => rowLine(cells, names)).filter((line) => line !== '')
  const isTold = names.every(
    (name, at) => name === '' || body.some((cells) => (cells[at]?.text ?? '') !== ''),
  )
  return isTold ? named : [rowLine(first, []), ...named]
}

function rowLine(cells: TableCell[], names: string[]): string {
  const own = cells.filter(({ isCovered }) => isCovered !== true)
  const texts =
    names.length === 0 || (own.length === 1 && cells.length >= names.length)
      ? own.map(({ text }) => text)
      : cells.map(({ text }, at) => (text === '' || !names[at] ? text : `${names[at]}: ${text}`))
  const full = texts.filter((text) => text !== '')
  return full.length === 0 ? '' : `| ${full.join(' | ')} |`
}
