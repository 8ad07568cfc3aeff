import type { Block } from '../../retrieval/chunk.js'
import type { Line } from './pdf-lines.js'

/** Share of a page's height, at its top and bottom, where running headers and footers stand. */
const MARGIN = 0.12
/** A header must come back on this share of the pages, and on so many, to be one. */
const RUNNING_SHARE = 0.5
const RUNNING_PAGES = 3
/** How much larger than body text a heading is at least. */
const HEADING_SIZE = 1.12
const HEADING_LENGTH = 160
/** A gap of so many usual line distances parts two paragraphs. */
const PARAGRAPH_GAP = 1.35
const BULLET = /^[•●○▪■□◦‣∙·*\u{F0B7}\u{F0A7}–—-]\s*(?=\S)/u
const NUMBERED = /^(?:\(?\d{1,2}[.)]|\(?[a-z]\))\s+\S/u
const ENDS_SENTENCE = /[.!?:;…。؟]["'”»)\]]*$/u

/** Page by page, the lines without headers, footers and page numbers that come back on most pages. */
export function dropRunning(pages: { lines: Line[]; height: number }[]): Line[][] {
  const seen = new Map<string, Set<number>>()
  const inMargin = (line: Line, height: number) => line.y < height * MARGIN || line.y > height * (1 - MARGIN)
  for (const [index, { lines, height }] of pages.entries()) {
    for (const line of lines.filter((one) => inMargin(one, height))) {
      const key = runningKey(line.text)
      seen.set(key, (seen.get(key) ?? new Set()).add(index))
    }
  }
  const enough = Math.max(RUNNING_PAGES, pages.length * RUNNING_SHARE)
  return pages.map(({ lines, height }) =>
    lines.filter((line) => !inMargin(line, height) || (seen.get(runningKey(line.text))?.size ?? 0) < enough),
  )
}

/** Page numbers differ from page to page; everything else of a header does not. */
function runningKey(text: string): string {
  return text.replace(/\d+|\b[ivxlc]+\b/giu, '#').toLowerCase()
}

/** Lines in reading order as headings, paragraphs, lists and tables. */
export function toBlocks(lines: Line[]): Block[] {
  const look = measure(lines)
  const blocks: Block[] = []
  let previous: Line | undefined
  for (const [index, line] of lines.entries()) {
    const last = blocks.at(-1)
    const level = headingLevel(line, previous, lines[index + 1], look)
    const kind = level !== undefined ? 'heading' : lineKind(line)
    const begins = !previous || parted(previous, line, look)
    if (last && previous && belongs(last, kind, line, previous, begins)) extend(last, line, kind, previous)
    else {
      const text = kind === 'list' ? itemText(line.text) : line.text
      blocks.push({ kind, text, page: line.page, ...(level === undefined ? {} : { level }) })
    }
    previous = line
  }
  return blocks
}

interface Look {
  size: number
  font: string | null
  /** Usual distance of two baselines, in font sizes. */
  pitch: number
  /** Heading sizes, largest first. */
  sizes: number[]
}

/** What body text looks like in this document: its most frequent size and font, and its line distance. */
function measure(lines: Line[]): Look {
  const size = mostFrequent(lines.map((line) => [round(line.size), line.text.length])) ?? 10
  const body = lines.filter((line) => round(line.size) === size)
  const font = mostFrequent(body.map((line) => [line.font, line.text.length])) ?? null
  const gaps = body.flatMap((line, index) => {
    const next = body[index + 1]
    const gap = next?.page === line.page ? (next.y - line.y) / size : 0
    return gap > 0.5 && gap < 4 ? [Math.round(gap * 20) / 20] : []
  })
  const sizes = [...new Set(lines.map((line) => round(line.size)))]
    .filter((one) => one >= size * HEADING_SIZE)
    .sort((a, b) => b - a)
  return { size, font, pitch: mostFrequent(gaps.map((gap) => [gap, 1])) ?? 1.2, sizes }
}

function mostFrequent<T>(weighted: (readonly [T, number])[]): T | undefined {
  const weights = new Map<T, number>()
  for (const [value, weight] of weighted) weights.set(value, (weights.get(value) ?? 0) + weight)
  return [...weights].sort((a, b) => b[1] - a[1])[0]?.[0]
}

function round(size: number): number {
  return Math.round(size * 2) / 2
}

/** Larger type, or a short line in a type of its own that stands apart; the larger, the further out. */
function headingLevel(
  line: Line,
  previous: Line | undefined,
  next: Line | undefined,
  look: Look,
): number | undefined {
  if (line.text.length > HEADING_LENGTH || !/\p{L}{2}/u.test(line.text) || line.cells > 2) return undefined
  const size = round(line.size)
  if (size >= look.size * HEADING_SIZE) return Math.min(6, look.sizes.indexOf(size) + 1)
  const ownFont = line.font !== null && line.font !== look.font && size >= look.size * 0.95
  const apart = !previous || parted(previous, line, look)
  if (!ownFont || !apart || !next || next.font === line.font || next.page !== line.page) return undefined
  if (BULLET.test(line.text) || /[.,;]$/u.test(line.text) || !/^[\p{Lu}\p{N}]/u.test(line.text))
    return undefined
  const short = line.right - line.x < (line.columnRight - line.columnLeft) * 0.85
  return short ? Math.min(6, look.sizes.length + 1) : undefined
}

function lineKind(line: Line): Block['kind'] {
  if (line.cells > 2) return 'table'
  return BULLET.test(line.text) || NUMBERED.test(line.text) ? 'list' : 'paragraph'
}

/** Whether the page itself sets a line apart from the one before: by space, indent, type, or a short last line. */
function parted(previous: Line, line: Line, look: Look): boolean {
  if (previous.page !== line.page || line.y <= previous.y) {
    return ENDS_SENTENCE.test(previous.text) || !/^\p{Ll}/u.test(line.text)
  }
  const size = Math.max(look.size, line.size)
  if (line.y - previous.y > look.pitch * PARAGRAPH_GAP * size) return true
  if (Math.abs(round(previous.size) - round(line.size)) > look.size * 0.1) return true
  const indented = line.x - line.columnLeft > size && previous.x - previous.columnLeft < size / 2
  if (indented && ENDS_SENTENCE.test(previous.text)) return true
  const width = previous.columnRight - previous.columnLeft
  return ENDS_SENTENCE.test(previous.text) && previous.right < previous.columnRight - width * 0.2
}

function belongs(last: Block, kind: Block['kind'], line: Line, previous: Line, begins: boolean): boolean {
  if (kind === 'heading') {
    const sameLook = round(previous.size) === round(line.size) && previous.font === line.font
    return last.kind === 'heading' && !begins && sameLook && previous.page === line.page
  }
  if (kind === 'list' || kind === 'table') return last.kind === kind
  return !begins && (last.kind === 'paragraph' || last.kind === 'list')
}

function extend(block: Block, line: Line, kind: Block['kind'], previous: Line): void {
  const lineBreak = kind === 'table' || kind === 'list'
  const text = kind === 'list' ? itemText(line.text) : line.text
  const hyphenated = !lineBreak && /\p{L}[-\u00AD]$/u.test(block.text) && /^\p{Ll}/u.test(text)
  const head = hyphenated ? block.text.slice(0, -1) : block.text + (lineBreak ? '\n' : ' ')
  if (line.page !== previous.page) {
    block.breaks = [...(block.breaks ?? []), { at: head.length, page: line.page }]
  }
  block.text = head + text
}

function itemText(text: string): string {
  return text.replace(BULLET, '- ')
}
