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

/** What stands on one baseline without a wide gap. */
export interface Segment {
  items: TextItem[]
  x: number
  right: number
  y: number
  size: number
}

/** Baselines nearer than this share of the font size are one line (superscripts). */
export const SAME_LINE = 0.5
/** A gap of so many font sizes parts two cells, and mostly two columns. */
export const WIDE_GAP = 1.5
/** Columns may also stand as close as this; but so may words. */
const NARROW_GAP = 0.75
/** A text column has at least so many lines, of at least this share of the page's width. */
const COLUMN_LINES = 6
const COLUMN_WIDTH = 0.22
/** In the margins of the page nothing parts columns. */
const FIRST_GUTTER = 0.25
const LAST_GUTTER = 0.75

/** The parts of a page that are read one after the other, each from top to bottom, side by side or not. */
export function readingOrder(items: TextItem[], width: number): Segment[][] {
  const wide = joinItems(items, WIDE_GAP)
  const gutter = findGutter(wide, width)
  if (gutter !== undefined) return columns(wide, gutter, width)
  const narrow = joinItems(items, NARROW_GAP)
  const narrowGutter = findGutter(narrow, width)
  return narrowGutter === undefined ? [wide] : columns(narrow, narrowGutter, width)
}

/** What runs across both columns parts them into bands, each read left column first. */
function columns(segments: Segment[], gutter: number, width: number): Segment[][] {
  const parts: Segment[][] = []
  let band: Segment[] = []
  const flush = () => {
    for (const isHere of [isLeft, (segment: Segment) => !isLeft(segment)]) {
      const column = band.filter(isHere)
      const inner = findGutter(column, width)
      if (inner === undefined) parts.push(column)
      else parts.push(...columns(column, inner, width))
    }
    band = []
  }
  const isLeft = (segment: Segment) => (segment.x + segment.right) / 2 <= gutter
  for (const segment of [...segments].sort((a, b) => a.y - b.y)) {
    if (crosses(segment, gutter)) {
      flush()
      parts.push([segment])
    } else band.push(segment)
  }
  flush()
  return parts.filter((part) => part.length > 0)
}

/** Joins what the file draws one after the other on one baseline without a wide gap. */
function joinItems(items: TextItem[], widest: number): Segment[] {
  const segments: Segment[] = []
  for (const item of items) {
    // @NOTE pdf.js fills a gap with one blank as wide as the gap; a wide one would join what it parts.
    if (item.text.trim() === '' && item.width >= item.size * widest) continue
    const last = segments.at(-1)
    const size = Math.max(item.size, last?.size ?? 0)
    const gap = last ? Math.max(item.x - last.right, last.x - (item.x + item.width)) : Infinity
    if (last && Math.abs(item.y - last.y) <= size * SAME_LINE && gap < size * widest) {
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
  for (let share = FIRST_GUTTER; share <= LAST_GUTTER; share += 0.01) {
    const at = width * share
    const left = wide.filter((segment) => segment.right <= at).length
    const right = wide.filter((segment) => segment.x >= at).length
    const crossing = segments.filter((segment) => crosses(segment, at)).length
    if (left < COLUMN_LINES || right < COLUMN_LINES || crossing > (left + right) / 3) continue
    if (!best || crossing < best.crossing) best = { at, crossing }
  }
  return best?.at
}
