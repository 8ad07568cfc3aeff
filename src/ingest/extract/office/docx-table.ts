import type { TableCell } from '../block-list.js'
import { elementAt, outermost, elementsOf, type XmlElement } from '../xml-tree.js'
import { isOn, type DocxStyles } from './docx-styles.js'

/** No table is wider: Word stops at 63 columns, and what is said to span more lies. */
const MOST_COLUMNS = 200

/** A table's rows of cells, those that were deleted left out. */
export function rowsOf(table: XmlElement): XmlElement[][] {
  return outermost(table, 'w:tr')
    .filter((row) => elementAt(row, 'w:trPr', 'w:del') === undefined)
    .map((row) => [...skippedColumns(row), ...outermost(row, 'w:tc')])
}

/** Empty cells for the columns that a row leaves out at its beginning. */
function skippedColumns(row: XmlElement): XmlElement[] {
  const count = Number(elementAt(row, 'w:trPr', 'w:gridBefore')?.attributes['w:val'] ?? 0)
  const length = Math.min(Math.max(count, 0), MOST_COLUMNS) || 0
  return Array.from({ length }, () => ({ name: 'w:tc', attributes: {}, children: [] }))
}

/** Whether a table only arranges things: it has one column, or one row that holds tables. */
export function isLayout(rows: XmlElement[][]): boolean {
  const holdsTable = (cell: XmlElement) => outermost(cell, 'w:tbl').length > 0
  return rows.every((cells) => cells.length <= 1) || (rows.length === 1 && rows[0]?.some(holdsTable) === true)
}

/**
 * The cells of each row in their columns. What is merged stands in every column and row it covers, so that each row
 * says all it says.
 */
export function readCells(rows: XmlElement[][], read: (cell: XmlElement) => string): TableCell[][] {
  let above: TableCell[] = []
  return rows.map((cells) => {
    const row: TableCell[] = []
    for (const cell of cells) {
      const properties = elementAt(cell, 'w:tcPr')
      const merge = elementAt(properties, 'w:vMerge')
      const continues = merge !== undefined && merge.attributes['w:val'] !== 'restart'
      const text = continues ? (above[row.length]?.text ?? read(cell)) : read(cell)
      const span = Number(elementAt(properties, 'w:gridSpan')?.attributes['w:val'] ?? 1)
      row.push({ text })
      for (let more = 1; more < span && row.length < MOST_COLUMNS; more += 1)
        row.push({ text, isCovered: true })
    }
    above = row
    return row
  })
}

/** Whether the first row names the columns: it says so, or its looks do. */
export function isHeaded(table: XmlElement, rows: XmlElement[][], styles: DocxStyles): boolean {
  const [first = [], second = []] = rows
  if (first.length < 2 || rows.length < 2) return false
  const row = outermost(table, 'w:tr')[0]
  const repeated = elementAt(row, 'w:trPr', 'w:tblHeader')
  if (repeated !== undefined && isOn(repeated.attributes['w:val'])) return true
  const properties = elementAt(table, 'w:tblPr')
  const style = elementAt(properties, 'w:tblStyle')?.attributes['w:val']
  const look = elementAt(properties, 'w:tblLook')?.attributes
  const isFirstSet = isOn(look?.['w:firstRow'], (parseInt(look?.['w:val'] ?? '0', 16) & 0x20) !== 0)
  if (style !== undefined && isFirstSet && styles.setsFirstRowOff(style)) return true
  return setOff(first, second, isBold) || setOff(first, second, shadeOf)
}

/** Whether every cell of a row has looks that no cell of the next row shares. */
function setOff(
  first: XmlElement[],
  second: XmlElement[],
  look: (cell: XmlElement) => string | undefined,
): boolean {
  const looks = new Set(first.map(look))
  return !looks.has(undefined) && !second.some((cell) => looks.has(look(cell)))
}

function isBold(cell: XmlElement): string | undefined {
  const runs = outermost(cell, 'w:r').filter((run) => elementsOf(run, 'w:t').length > 0)
  const bold = (run: XmlElement) => {
    const mark = elementAt(run, 'w:rPr', 'w:b')
    return mark !== undefined && isOn(mark.attributes['w:val'])
  }
  return runs.length > 0 && runs.every(bold) ? 'bold' : undefined
}

function shadeOf(cell: XmlElement): string | undefined {
  const fill = elementAt(cell, 'w:tcPr', 'w:shd')?.attributes['w:fill']?.toLowerCase()
  return fill === undefined || fill === 'auto' || fill === 'ffffff' ? undefined : fill
}
