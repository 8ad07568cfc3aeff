import { SSF, type CellObject, type Range, type WorkSheet } from '@e965/xlsx'

/** A filled cell. */
interface Filled {
  row: number
  column: number
  text: string
}

/** Cells that merged cells are repeated into, at most, on one sheet. */
const MOST_REPEATED = 200_000
/** A rectangle of more cells than this, filled or not, is no table: its rows are what is filled in them. */
const LARGEST_GRID = 4_000_000
/** A built-in format without an order of its own: it follows the reader's settings, so it says nothing. */
const LOCAL_DATE = /^m\/d\/yy(?:yy)?( h:mm)?$/i

/**
 * The tables of a sheet from top to bottom: rectangles of cells that empty rows, or empty columns, part from others.
 * Of merged cells every row gets the text. Only filled cells are looked at, whatever size the sheet claims.
 */
export function sheetTables(
  sheet: WorkSheet,
  maxRows: number,
  maxCharacters: number,
): { tables: string[][][]; isCut: boolean } {
  const { cells, isCut } = filledCells(sheet, maxRows, maxCharacters)
  const tables = parted(cells).map(toGrid)
  return { tables, isCut }
}

function filledCells(sheet: WorkSheet, maxRows: number, maxCharacters: number) {
  const texts = new Map<number, Map<number, string>>()
  let characters = 0
  let isCut = isLonger(sheet, maxRows)
  sheet['!data']?.forEach((row: (CellObject | undefined)[] | undefined, r: number) => {
    if (row === undefined || r >= maxRows || characters > maxCharacters) return
    const line = new Map<number, string>()
    row.forEach((cell, c) => {
      const text = cell === undefined ? '' : displayed(cell)
      if (text === '') return
      characters += text.length
      line.set(c, text)
    })
    if (line.size > 0) texts.set(r, line)
    if (characters > maxCharacters) isCut = true
  })
  const budget = { left: MOST_REPEATED }
  for (const merge of sheet['!merges'] ?? []) repeat(texts, merge, budget)
  const cells = [...texts].flatMap(([row, line]) =>
    [...line].map(([column, text]): Filled => ({ row, column, text })),
  )
  return { cells, isCut }
}

/** Whether rows were left out when the workbook was opened. */
function isLonger(sheet: WorkSheet, maxRows: number): boolean {
  const last = sheet['!data']?.length ?? 0
  return last > maxRows
}

/** What the cell shows; the built-in date as a date that reads the same everywhere. */
function displayed(cell: CellObject): string {
  const local = typeof cell.z === 'string' && cell.t === 'n' ? LOCAL_DATE.exec(cell.z) : null
  if (local?.[1] !== undefined)
    return (SSF as { format(format: string, value: unknown): string }).format('yyyy-mm-dd hh:mm', cell.v)
  const value = cell.w ?? cell.v
  return value === undefined || cell.t === 'z' ? '' : String(value).replace(/\s+/gu, ' ').trim()
}

/** Rows below get what a merged cell says; columns beside it only where they have names of their own below. */
function repeat(texts: Map<number, Map<number, string>>, { s, e }: Range, budget: { left: number }): void {
  const text = texts.get(s.r)?.get(s.c)
  if (text === undefined) return
  const hasNeighbours = [...(texts.get(s.r)?.keys() ?? [])].some((column) => column < s.c || column > e.c)
  const isGroup = e.c > s.c && hasNeighbours && namesBelow(texts.get(e.r + 1), s.c, e.c)
  const lastColumn = isGroup ? e.c : s.c
  for (let row = s.r; row <= e.r && budget.left > 0; row += 1) {
    budget.left -= 1
    const line = texts.get(row)
    for (let column = s.c; line !== undefined && column <= lastColumn && budget.left > 0; column += 1) {
      budget.left -= 1
      if (!line.has(column)) line.set(column, text)
    }
  }
}

function namesBelow(line: Map<number, string> | undefined, first: number, last: number): boolean {
  const names = [...(line ?? [])].filter(([column]) => column >= first && column <= last)
  return names.length > 1 && !names.some(([, name]) => /^[\d\s.,%€$-]+$/.test(name))
}

/** Parts cells at empty rows, and at empty columns where there is a table on either side. */
function parted(cells: Filled[]): Filled[][] {
  return joined(runs(cells, 'row')).flatMap((band) => {
    const islands = runs(band, 'column')
    return islands.filter(isRectangle).length < 2 ? [band] : islands.flatMap(parted)
  })
}

/** A single row below others that fills the same columns belongs to them: blank rows between rows are for the eye. */
function joined(bands: Filled[][]): Filled[][] {
  const joint: { cells: Filled[]; first: number; last: number }[] = []
  for (const band of bands) {
    const above = joint.at(-1)
    const { first, last } = extent(band, 'column')
    const rows = extent(band, 'row')
    const isAlike = above?.first === first && above.last === last && last > first
    if (above !== undefined && isAlike && rows.first === rows.last) above.cells.push(...band)
    else joint.push({ cells: [...band], first, last })
  }
  return joint.map(({ cells }) => cells)
}

function runs(cells: Filled[], along: 'row' | 'column'): Filled[][] {
  const found: Filled[][] = []
  let end = -2
  for (const cell of cells.toSorted((a, b) => a[along] - b[along])) {
    if (cell[along] > end + 1) found.push([])
    found.at(-1)?.push(cell)
    end = cell[along]
  }
  return found
}

function isRectangle(cells: Filled[]): boolean {
  const [rows, columns] = [extent(cells, 'row'), extent(cells, 'column')]
  return rows.last > rows.first && columns.last > columns.first
}

function extent(cells: Filled[], along: 'row' | 'column'): { first: number; last: number } {
  let [first, last] = [Infinity, -Infinity]
  for (const cell of cells) {
    first = Math.min(first, cell[along])
    last = Math.max(last, cell[along])
  }
  return { first, last }
}

/** Rows of equal length; columns that nothing stands in are left out. */
function toGrid(cells: Filled[]): string[][] {
  const columns = [...new Set(cells.map(({ column }) => column))].sort((a, b) => a - b)
  const places = new Map(columns.map((column, at) => [column, at]))
  const rows = new Map<number, string[]>()
  const isScattered = columns.length * new Set(cells.map(({ row }) => row)).size > LARGEST_GRID
  for (const { row, column, text } of cells.toSorted((a, b) => a.row - b.row)) {
    const line = rows.get(row) ?? new Array<string>(isScattered ? 0 : columns.length).fill('')
    line[isScattered ? line.length : (places.get(column) ?? 0)] = text
    rows.set(row, line)
  }
  return [...rows.values()]
}
