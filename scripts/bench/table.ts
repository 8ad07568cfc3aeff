/** A cell; undefined is what could not be measured. */
export type Cell = string | number | undefined

/** A column's heading, and the decimals its numbers are shown with. */
export interface Column<T> {
  heading: string
  decimals?: number
  of: (row: T) => Cell
}

/** A Markdown table, numbers to the right, its columns padded so that it is read as it stands. */
export function markdownTable<T>(columns: readonly Column<T>[], rows: readonly T[]): string {
  const cells = [
    columns.map(({ heading }) => heading),
    ...rows.map((row) => columns.map(({ of, decimals }) => shown(of(row), decimals ?? 0))),
  ]
  const widths = columns.map((_column, at) => Math.max(...cells.map((line) => line[at]?.length ?? 0), 4))
  const line = (texts: readonly string[]) =>
    `| ${texts.map((text, at) => text.padStart(widths[at] ?? 0)).join(' | ')} |`
  const rule = `| ${widths.map((width) => `${'-'.repeat(width - 1)}:`).join(' | ')} |`
  const [head = [], ...body] = cells
  return [line(head), rule, ...body.map(line)].join('\n')
}

function shown(cell: Cell, decimals: number): string {
  if (cell === undefined) return '–'
  return typeof cell === 'number' ? cell.toFixed(decimals) : cell
}
