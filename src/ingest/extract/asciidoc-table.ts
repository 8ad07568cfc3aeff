import { inlineAsciidoc } from './asciidoc-inline.js'
import { gridBlocks } from './grid-blocks.js'

/** What may stand before a cell's bar: how often it is repeated, how many cells it spans, how it is set. */
const CELL = /(?:^|\s)((?=\S)(?:\d+\*)?(?:\d*\.?\d*\+)?[<^>]?(?:\.[<^>])?[adehlmsv]?)$/
const MOST_REPEATED = 50

/** A table's lines, one per row. Rows are lines of cells, or, where each cell has a line, as long as the first line. */
export function asciidocTable(lines: string[], fence: string): string[] {
  const kept = lines.filter((line) => !/^\/\/(?!\/)/.test(line))
  if (fence.startsWith(',') || fence.startsWith(':')) {
    return linesOf(kept.filter((line) => line.trim() !== '').map((line) => line.split(fence[0] ?? ',')))
  }
  const parsed = kept.map((line) => cellsOf(line.trimEnd()))
  const first = parsed.find(({ cells }) => cells.length > 0)
  const width = first?.cells.length ?? 0
  const rows: string[][] = []
  let open: string[] = []
  for (const { before, cells } of parsed) {
    // A line without a bar goes on with the cell above it.
    if (before !== '' && open.length > 0) open.push(`${open.pop() ?? ''} ${before}`)
    for (const cell of cells) {
      if (open.length === width) {
        rows.push(open)
        open = []
      }
      open.push(cell)
    }
  }
  if (open.length > 0) rows.push(open)
  return linesOf(rows)
}

function linesOf(rows: string[][]): string[] {
  const cells = rows.map((row) => row.map((cell) => inlineAsciidoc(cell)))
  return gridBlocks(cells, { hasHeader: true }).flatMap(({ text }) => text.split('\n'))
}

/** The text before the first bar, and the cells after each. */
function cellsOf(line: string): { before: string; cells: string[] } {
  const parts = line.split(/(?<!\\)\|/)
  const cells: string[] = []
  let before = ''
  let times = 1
  for (const [at, part] of parts.entries()) {
    const isLast = at === parts.length - 1
    const said = isLast ? undefined : CELL.exec(part)
    const text = (said ? part.slice(0, said.index) : part).replaceAll('\\|', '|').trim()
    if (at === 0) before = text
    else for (let time = 0; time < times; time += 1) cells.push(text)
    times = Math.min(Number(/^(\d+)\*/.exec(said?.[1] ?? '')?.[1] ?? 1), MOST_REPEATED)
  }
  return { before, cells }
}
