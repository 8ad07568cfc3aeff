/** A run of text as the PDF draws it; x grows to the right, y downwards, in points of the page. */
export interface TextItem {
  text: string
  x: number
  y: number
  width: number
  size: number
  font: string
  rtl: boolean
}

/** A line of text on a page. */
export interface Line {
  text: string
  x: number
  right: number
  y: number
  size: number
  /** The font of all its text, or null when there are several. */
  font: string | null
  page: number
  /** Texts that wide gaps hold apart: more than two look like a row of a table. */
  cells: number
  /** Right edge of the column it stands in. */
  columnRight: number
  /** Left edge of the column it stands in. */
  columnLeft: number
}

interface Segment {
  items: TextItem[]
  x: number
  right: number
  y: number
  size: number
}

/** Baselines nearer than this share of the font size are one line (superscripts). */
const SAME_LINE = 0.5
/** A gap of so many font sizes parts two columns or cells. */
const WIDE_GAP = 1.5
/** A narrower gap than this is kerning, a wider one a space. */
const SPACE_GAP = 0.17
/** A text column has at least so many lines, of at least this share of the page's width. */
const COLUMN_LINES = 6
const COLUMN_WIDTH = 0.22

/** Brings the text of one page into lines in reading order, column after column where it has two. */
export function pageLines(items: TextItem[], page: number, width: number): Line[] {
  const segments = joinItems(items)
  const gutter = findGutter(segments, width)
  if (gutter === undefined) return toLines(segments, page)
  const lines: Line[] = []
  let band: Segment[] = []
  const flush = () => {
    lines.push(
      ...toLines(
        band.filter((segment) => segment.right <= gutter),
        page,
      ),
    )
    lines.push(
      ...toLines(
        band.filter((segment) => segment.right > gutter),
        page,
      ),
    )
    band = []
  }
  // What runs across both columns parts them into bands, each read left column first.
  for (const segment of [...segments].sort((a, b) => a.y - b.y)) {
    if (crosses(segment, gutter)) {
      flush()
      lines.push(...toLines([segment], page))
    } else band.push(segment)
  }
  flush()
  return lines
}

/** Joins what the file draws one after the other on one baseline without a wide gap. */
function joinItems(items: TextItem[]): Segment[] {
  const segments: Segment[] = []
  for (const item of items) {
    // @NOTE pdf.js fills a gap with one blank as wide as the gap; a wide one would join what it parts.
    if (item.text.trim() === '' && item.width >= item.size * WIDE_GAP) continue
    const last = segments.at(-1)
    const size = Math.max(item.size, last?.size ?? 0)
    const gap = last ? Math.max(item.x - last.right, last.x - (item.x + item.width)) : Infinity
    if (last && Math.abs(item.y - last.y) <= size * SAME_LINE && gap < size * WIDE_GAP) {
      last.items.push(item)
      if (item.size > last.size) last.y = item.y
      last.x = Math.min(last.x, item.x)
      last.right = Math.max(last.right, item.x + item.width)
      last.size = size
    } else {
      segments.push({ items: [item], x: item.x, right: item.x + item.width, y: item.y, size: item.size })
    }
  }
  return segments.filter((segment) => segment.items.some((item) => item.text.trim() !== ''))
}

function crosses(segment: Segment, gutter: number): boolean {
  return segment.x < gutter - segment.size && segment.right > gutter + segment.size
}

/** Where the page parts into two columns of running text; undefined when it does not (tables have narrow cells). */
function findGutter(segments: Segment[], width: number): number | undefined {
  const wide = segments.filter((segment) => segment.right - segment.x > width * COLUMN_WIDTH)
  let best: { at: number; crossing: number } | undefined
  for (let share = 0.35; share <= 0.65; share += 0.01) {
    const at = width * share
    const left = wide.filter((segment) => segment.right <= at).length
    const right = wide.filter((segment) => segment.x >= at).length
    const crossing = segments.filter((segment) => crosses(segment, at)).length
    if (left < COLUMN_LINES || right < COLUMN_LINES || crossing > (left + right) / 3) continue
    if (!best || crossing < best.crossing) best = { at, crossing }
  }
  return best?.at
}

/** Segments of one column as lines from top to bottom; what shares a baseline shares a line. */
function toLines(segments: Segment[], page: number): Line[] {
  const rows: Segment[][] = []
  for (const segment of [...segments].sort((a, b) => a.y - b.y)) {
    const row = rows.at(-1)
    const head = row?.[0]
    if (row && head && Math.abs(segment.y - head.y) <= Math.max(segment.size, head.size) * SAME_LINE) {
      row.push(segment)
    } else rows.push([segment])
  }
  const columnLeft = Math.min(...segments.map((segment) => segment.x))
  const columnRight = Math.max(...segments.map((segment) => segment.right))
  return rows
    .map((row) => ({ ...toLine(row, page), columnLeft, columnRight }))
    .filter((line) => line.text !== '')
}

function toLine(row: Segment[], page: number): Omit<Line, 'columnLeft' | 'columnRight'> {
  const items = row.flatMap((segment) => segment.items)
  const rtl = items.filter((item) => item.rtl).length > items.length / 2
  const ordered = [...row].sort((a, b) => (rtl ? b.x - a.x : a.x - b.x))
  const cells: string[] = []
  let last: Segment | undefined
  for (const segment of ordered) {
    const text = segmentText(segment, rtl)
    const gap = last ? (rtl ? last.x - segment.right : segment.x - last.right) : Infinity
    if (gap >= segment.size * WIDE_GAP || cells.length === 0) cells.push(text)
    else cells.push(`${cells.pop() ?? ''}${gap > segment.size * SPACE_GAP ? ' ' : ''}${text}`)
    last = segment
  }
  const fonts = new Set(items.filter((item) => item.text.trim() !== '').map((item) => item.font))
  return {
    text: cells
      .map(clean)
      .filter((cell) => cell !== '')
      .join(cells.length > 2 ? ' | ' : ' '),
    x: Math.min(...row.map((segment) => segment.x)),
    right: Math.max(...row.map((segment) => segment.right)),
    y: row[0]?.y ?? 0,
    size: dominantSize(items),
    font: fonts.size === 1 ? ([...fonts][0] ?? null) : null,
    page,
    cells: cells.length,
  }
}

function segmentText(segment: Segment, rtl: boolean): string {
  let text = ''
  let last: TextItem | undefined
  for (const item of segment.items) {
    const gap = last ? (rtl ? last.x - (item.x + item.width) : item.x - (last.x + last.width)) : 0
    text += gap > item.size * SPACE_GAP && !/\s$/u.test(text) && !/^\s/u.test(item.text) ? ' ' : ''
    text += item.text
    if (item.text !== '') last = item
  }
  return text
}

function dominantSize(items: TextItem[]): number {
  const lengths = new Map<number, number>()
  for (const item of items) lengths.set(item.size, (lengths.get(item.size) ?? 0) + item.text.trim().length)
  return [...lengths].sort((a, b) => b[1] - a[1])[0]?.[0] ?? 0
}

/** Without control characters and with plain single spaces; ligatures and half-width forms unfolded. */
function clean(text: string): string {
  return text
    .normalize('NFKC')
    .replace(/[\p{Cc}\u00AD\s]+/gu, (run) => (run === '\u00AD' ? '\u00AD' : ' '))
    .trim()
}
