import type { Block } from '../../retrieval/chunk.js'
import { tableLines } from './table-lines.js'

export interface GridOptions {
  /** The format says that a table begins with its header; it is still doubted when it looks like data. */
  hasHeader?: boolean
  /** Level of the headings made of the titles above a table. */
  titleLevel?: number
}

/** A header's cell is short, and the first row names most columns. */
const LONGEST_NAME = 120
const NAMED_COLUMNS = 0.6
/** A column of longer texts is no list of values. */
const LONG_TEXT = 200
/** Two columns of words are a header and its rows when these are so much longer, else names and their values. */
const LONGER = 2.5

/**
 * A rectangle of cells, empty ones '', as blocks: titles above it, then its rows, each cell with its column's name
 * where the first row, or the first two, name the columns.
 */
export function gridBlocks(grid: string[][], options: GridOptions = {}): Block[] {
  const rows = grid.map((row) => row.map(flat)).filter((row) => row.some((cell) => cell !== ''))
  const width = Math.max(0, ...rows.map(({ length }) => length))
  if (rows.length === 0) return []
  if (width === 1 || rows.every((row) => filled(row).length === 1 && row[0] !== ''))
    return columnBlocks(
      rows.map((row) => row[0] ?? ''),
      options,
    )
  const titles: Block[] = []
  let at = 0
  for (; at < rows.length - 1 && filled(rows[at] ?? []).length === 1; at += 1) {
    titles.push(titleBlock(filled(rows[at] ?? [])[0] ?? '', options.titleLevel))
  }
  const body = rows.slice(at)
  const header = headerOf(body, width, options.hasHeader === true)
  const lines = tableLines(header.names, body.slice(header.rows))
  return [...titles, { kind: 'table', text: lines.join('\n'), page: null }]
}

/** One column: long texts are paragraphs, short ones the rows of a table without header. */
function columnBlocks(cells: string[], { titleLevel }: GridOptions): Block[] {
  const [only = ''] = cells
  if (cells.length === 1 && only !== '') return [titleBlock(only, titleLevel)]
  if (cells.some((cell) => cell.length > LONG_TEXT)) {
    return cells.filter((cell) => cell !== '').map((text) => ({ kind: 'paragraph', text, page: null }))
  }
  return [
    {
      kind: 'table',
      text: tableLines(
        [],
        cells.map((cell) => [cell]),
      ).join('\n'),
      page: null,
    },
  ]
}

function titleBlock(text: string, level: number | undefined): Block {
  const isHeading = level !== undefined && text.length <= LONGEST_NAME
  return isHeading ? { kind: 'heading', level, text, page: null } : { kind: 'paragraph', text, page: null }
}

interface Header {
  /** Of the columns; none when the rows before the data hold no names. */
  names: string[]
  /** How many rows they take. */
  rows: number
}

/** The columns' names: those of the first row, under those of groups of columns where there are such. */
function headerOf(rows: string[][], width: number, isSaid: boolean): Header {
  const [first = [], second = []] = rows
  const groups = filled(first)
  const isGrouped = new Set(groups).size < groups.length && rows.length > 2
  if (isGrouped && isHeader(rows.slice(1), width, isSaid)) {
    const names = second.map((name, at) => [...new Set([first[at] ?? '', name])].filter(Boolean).join(' '))
    return { names, rows: 2 }
  }
  return isHeader(rows, width, isSaid) ? { names: first, rows: 1 } : { names: [], rows: 0 }
}

function isHeader([first = [], ...body]: string[][], width: number, isSaid: boolean): boolean {
  const cells = filled(first)
  if (body.length === 0 || cells.length < 2 || cells.length < width * NAMED_COLUMNS) return false
  if (cells.some((cell) => cell.length > LONGEST_NAME)) return false
  if (new Set(cells).size < cells.length * NAMED_COLUMNS) return false
  if (cells.some(isValue)) return isSaid || arePeriods(cells) || isValueFree(body)
  return isSaid || width > 2 || hasValues(body) || areLonger(body, first)
}

/** Years, quarters: names of columns although they are figures. */
function arePeriods(cells: string[]): boolean {
  const periods = cells.filter(isValue)
  return (
    periods.every((cell) => /^(?:(?:19|20)\d\d|[QT][1-4]\b.*)$/.test(cell)) &&
    new Set(periods).size === periods.length
  )
}

function hasValues(body: string[][]): boolean {
  return body.some((row) => filled(row).some(isValue))
}

function isValueFree(body: string[][]): boolean {
  return body.length > 1 && !hasValues(body)
}

function areLonger(body: string[][], first: string[]): boolean {
  const lengthOf = (row: string[]) => filled(row).reduce((sum, cell) => sum + cell.length, 0)
  const mean = body.reduce((sum, row) => sum + lengthOf(row), 0) / body.length
  return mean > LONGER * lengthOf(first)
}

/** Figures, amounts, dates, shares: what hardly holds a letter. */
function isValue(cell: string): boolean {
  return /\d/.test(cell) && (cell.match(/\p{L}/gu)?.length ?? 0) <= 2
}

function filled(row: string[]): string[] {
  return row.filter((cell) => cell !== '')
}

function flat(text: string): string {
  return text.replace(/\s+/gu, ' ').trim()
}
