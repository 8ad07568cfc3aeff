import { tableLines } from './table-lines.js'

/** A cell, its text, and how many columns and rows it takes. */
export interface SpanningCell {
  text: string
  isHeader: boolean
  columns: number
  rows: number
}

/** What spans more than this only says so. */
const MOST_SPANNED = 1000
const MOST_REPEATED = 100_000

interface Placed {
  text: string
  isHeader: boolean
  /** Stands here for the column it begins in: it names this column too, but is no cell of its own. */
  isRepeated: boolean
}

/**
 * A table's lines, each cell with its column's name. Rows that a cell spans all say it; columns that a cell spans are
 * named by it, and where names are set under it, by both.
 */
export function spanningTableLines(rows: SpanningCell[][]): string[] {
  const grid = placed(rows)
  const headers = headerRows(grid)
  const width = Math.max(0, ...grid.map(({ length }) => length))
  const names = Array.from({ length: width }, (_, column) => {
    const above = grid.slice(0, headers).map((row) => row[column]?.text ?? '')
    return [...new Set(above)].filter((text) => text !== '').join(' ')
  })
  const body = grid
    .slice(headers)
    .map((row) => Array.from(row, (cell) => (cell === undefined || cell.isRepeated ? '' : cell.text)))
  return tableLines(names, body)
}

function placed(rows: SpanningCell[][]): (Placed | undefined)[][] {
  const grid: (Placed | undefined)[][] = rows.map(() => [])
  let repeated = 0
  for (const [at, row] of rows.entries()) {
    let column = 0
    for (const cell of row) {
      while (grid[at]?.[column] !== undefined) column += 1
      const columns = Math.min(Math.max(cell.columns, 1), MOST_SPANNED)
      const last = Math.min(at + Math.max(cell.rows, 1), grid.length)
      for (let r = at; r < last; r += 1) {
        for (let c = column; c < column + columns && repeated < MOST_REPEATED; c += 1) {
          if (r > at || c > column) repeated += 1
          const line = grid[r]
          if (line?.[c] === undefined && line) line[c] = { ...cell, isRepeated: c > column }
        }
      }
      column += columns
    }
  }
  return grid
}

/** How many rows at the top hold names only, and leave rows below them. */
function headerRows(grid: (Placed | undefined)[][]): number {
  const isNames = (row: (Placed | undefined)[]) => {
    const cells = row.filter((cell) => cell !== undefined)
    return cells.length > 1 && cells.every(({ isHeader }) => isHeader)
  }
  const first = grid.findIndex((row) => !isNames(row))
  if (first < 0) return grid.length > 1 ? 1 : 0
  return first
}
