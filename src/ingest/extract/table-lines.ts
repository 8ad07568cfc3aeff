/**
 * One line per row, each cell with its column's name, so that a row says all it says wherever it is quoted:
 * `| Plan: Pro | Price: 12 € |`. Names that no row carries stand in a line of their own before the rows.
 * @param names of the columns; empty where a column has none
 */
export function tableLines(names: string[], rows: string[][]): string[] {
  const clean = names.map((name) => flat(name).replace(/\s*:$/, ''))
  const carried = new Set<number>()
  const lines = rows.flatMap((row) => {
    const cells = row.flatMap((cell, column) => {
      const text = flat(cell)
      if (text === '') return []
      const name = clean[column] ?? ''
      carried.add(column)
      return [name === '' ? text : `${name}: ${text}`]
    })
    return lineOf(cells)
  })
  const isLost = clean.some((name, column) => name !== '' && !carried.has(column))
  return isLost ? [...lineOf(clean.filter((name) => name !== '')), ...lines] : lines
}

function lineOf(cells: string[]): string[] {
  return cells.length === 0 ? [] : [`| ${cells.join(' | ')} |`]
}

function flat(text: string): string {
  return text.replace(/\s+/gu, ' ').trim()
}
