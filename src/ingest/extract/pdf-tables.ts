import type { Cell, Line } from './pdf-lines.js'

/** Rows of two cells are a table from so many on: one alone is a line with a gap. */
const TWO_CELL_ROWS = 3
/** Edges nearer than this share of the font size are one. */
const SAME_EDGE = 0.8
/** Lines of one cell stand no further apart than this, in font sizes. */
const WRAPPED_PITCH = 1.6
/** What a list begins its lines with. */
const MARK = /^(?:[•●○▪■□◦‣∙·*\u{F0B7}\u{F0A7}–—-]|\(?\d{1,3}[.)]?|\(?\p{L}[.)])$/u

/**
 * Which lines are rows of tables, and their text: cells held apart by ` | `. A line that only goes on with cells of the
 * row above is joined to it, and has an empty text itself.
 */
export function tableRows(lines: Line[]): Map<Line, string> {
  const rows = new Map<Line, string>()
  let above: { line: Line; cells: Cell[]; bottom: number } | undefined
  for (const [index, line] of lines.entries()) {
    if (above && goesOn(line, above)) {
      for (const cell of line.cells) append(above.cells, cell)
      rows.set(above.line, rowText(above.cells))
      rows.set(line, '')
      above.bottom = line.y
    } else if (isRow(lines, index)) {
      above = { line, cells: line.cells.map((cell) => ({ ...cell })), bottom: line.y }
      rows.set(line, rowText(above.cells))
    } else above = undefined
  }
  return rows
}

function rowText(cells: Cell[]): string {
  return cells.map((cell) => cell.text).join(' | ')
}

function isRow(lines: Line[], index: number): boolean {
  const line = lines[index]
  if (line === undefined || line.cells.length < 2 || MARK.test(line.cells[0]?.text ?? '')) {
    return (line?.cells.length ?? 0) > 2
  }
  if (line.cells.length > 2) return true
  let rows = 1
  for (const step of [-1, 1]) {
    for (let at = index; ; at += step) {
      const [here, next] = [lines[at], lines[at + step]]
      if (!here || !next || !areAligned(here, next)) break
      rows += next.cells.length > 2 ? TWO_CELL_ROWS : 1
      if (rows >= TWO_CELL_ROWS) return true
    }
  }
  return false
}

/** Whether two neighbouring lines have a cell after the first at the same place. */
function areAligned(a: Line, b: Line): boolean {
  if (a.page !== b.page || b.cells.length < 2) return false
  const near = SAME_EDGE * Math.max(a.size, b.size)
  return a.cells
    .slice(1)
    .some((cell) =>
      b.cells
        .slice(1)
        .some((other) => Math.abs(cell.x - other.x) < near || Math.abs(cell.right - other.right) < near),
    )
}

/** Nothing in the first column, and every cell right below one of the row. */
function goesOn(line: Line, above: { line: Line; cells: Cell[]; bottom: number }): boolean {
  const [first, ...others] = above.cells
  const pitch = line.y - above.bottom
  if (first === undefined || line.page !== above.line.page || pitch <= 0) return false
  if (pitch > WRAPPED_PITCH * line.size || line.cells.length >= above.cells.length) return false
  return line.cells.every(
    (cell) => !overlap(cell, first) && others.filter((other) => overlap(cell, other)).length === 1,
  )
}

function overlap(a: Cell, b: Cell): boolean {
  return a.x < b.right && b.x < a.right
}

function append(cells: Cell[], more: Cell): void {
  const cell = cells.find((one) => overlap(one, more))
  if (!cell) return
  cell.text += ` ${more.text}`
  cell.x = Math.min(cell.x, more.x)
  cell.right = Math.max(cell.right, more.right)
}
