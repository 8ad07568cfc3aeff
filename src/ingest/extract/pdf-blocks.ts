import type { Block } from '../../retrieval/chunk.js'
import type { Line } from './pdf-lines.js'
import { tableRows } from './pdf-tables.js'

/** Share of a page's height, at its top and bottom, where running headers and footers stand. */
const MARGIN = 0.12
/** A header must come back on this share of the pages, and on so many, to be one. */
const RUNNING_SHARE = 0.5
const RUNNING_PAGES = 3
/** How much larger than body text a heading is at least. */
const HEADING_SIZE = 1.12
const HEADING_LENGTH = 160
/** A heading of several lines is shorter than this altogether. */
const LONGEST_HEADING = 240
/** A gap of so many usual line distances parts two paragraphs. */
const PARAGRAPH_GAP = 1.35
const BULLET = /^[•●○▪■□◦‣∙·*\u{F0B7}\u{F0A7}–—-]\s*(?=\S)/u
const NUMBERED = /^(?:\(?\d{1,2}[.)]|\(?[a-z]\))\s+\S/u
const ENDS_SENTENCE = /[.!?:;…。؟]["'”»)\]]*$/u

/**
 * Page by page, the lines without headers, footers and page numbers that come back on most pages. What has other text
 * between itself and the edge of the page is none of these, however often it comes back.
 */
export function dropRunning(pages: { lines: Line[]; height: number }[]): Line[][] {
  const margins = pages.map(({ lines, height }) => [
    lines.filter((line) => line.y < height * MARGIN).sort((a, b) => a.y - b.y),
    lines.filter((line) => line.y > height * (1 - MARGIN)).sort((a, b) => b.y - a.y),
  ])
  const seen = new Map<string, number>()
  for (const margin of margins) {
    for (const key of new Set(margin.flat().map((line) => runningKey(line.text)))) {
      seen.set(key, (seen.get(key) ?? 0) + 1)
    }
  }
  const enough = Math.max(RUNNING_PAGES, pages.length * RUNNING_SHARE)
  const isRunning = (line: Line) => (seen.get(runningKey(line.text)) ?? 0) >= enough
  return pages.map(({ lines }, index) => {
    const running = new Set((margins[index] ?? []).flatMap((margin) => outermost(margin, isRunning)))
    return lines.filter((line) => !running.has(line))
  })
}

function outermost(lines: Line[], isRunning: (line: Line) => boolean): Line[] {
  const end = lines.findIndex((line) => !isRunning(line))
  return end === -1 ? lines : lines.slice(0, end)
}

/** Page numbers differ from page to page; everything else of a header does not. */
function runningKey(text: string): string {
  return text.replace(/\d+|\b[ivxlc]+\b/giu, '#').toLowerCase()
}

/**
 * Lines in reading order as headings, paragraphs, lists and tables.
 * @param named headings that are known as such, with their levels
 */
export function toBlocks(lines: Line[], look: Look, named: Map<Line, number>): Block[] {
  const rows = tableRows(lines)
  const blocks: Block[] = []
  let previous: Line | undefined
  for (const [index, line] of lines.entries()) {
    const row = rows.get(line)
    const seen = row === undefined ? headingLevel(line, previous, lines[index + 1], look) : undefined
    const level = named.get(line) ?? seen
    const kind = level !== undefined ? 'heading' : row !== undefined ? 'table' : lineKind(line)
    const text = (kind === 'table' ? row : undefined) ?? (kind === 'list' ? itemText(line.text) : line.text)
    const last = blocks.at(-1)
    const begins = !previous || parted(previous, line, look)
    if (last && previous && text !== '' && belongs(last, kind, line, previous, begins)) {
      extend(last, { kind, text, page: line.page })
    } else if (text !== '') {
      blocks.push({ kind, text, page: line.page, ...(level === undefined ? {} : { level }) })
    }
    previous = line
  }
  return blocks.map(asRead)
}

/** What is set large but runs on for long is no heading. */
function asRead(block: Block): Block {
  if (block.kind !== 'heading' || block.text.length <= LONGEST_HEADING) return block
  const { level: _level, ...rest } = block
  return { ...rest, kind: 'paragraph' }
}

/** What text looks like in a document. */
export interface Look {
  size: number
  font: string | null
  /** Usual distance of two baselines, in font sizes. */
  pitch: number
  /** Heading sizes, largest first. */
  sizes: number[]
}

/** What body text looks like in this document: its most frequent size and font, and its line distance. */
export function measure(lines: Line[]): Look {
  const size = mostFrequent(lines.map((line) => [round(line.size), line.text.length])) ?? 10
  const body = lines.filter((line) => round(line.size) === size)
  const font = mostFrequent(body.map((line) => [line.font, line.text.length])) ?? null
  const gaps = body.flatMap((line, index) => {
    const next = body[index + 1]
    const gap = next?.page === line.page ? (next.y - line.y) / size : 0
    return gap > 0.5 && gap < 4 ? [Math.round(gap * 20) / 20] : []
  })
  const sizes = [...new Set(lines.filter(mayBeHeading).map((line) => round(line.size)))]
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
  if (!mayBeHeading(line)) return undefined
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

function mayBeHeading({ text, cells }: Line): boolean {
  return text.length <= HEADING_LENGTH && /\p{L}{2}/u.test(text) && cells.length <= 2
}

function lineKind(line: Line): Block['kind'] {
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

function extend(block: Block, more: Pick<Block, 'kind' | 'text'> & { page: number }): void {
  const lineBreak = more.kind === 'table' || more.kind === 'list'
  const hyphenated = !lineBreak && /\p{L}[-\u00AD]$/u.test(block.text) && /^\p{Ll}/u.test(more.text)
  const head = hyphenated ? block.text.slice(0, -1) : block.text + (lineBreak ? '\n' : ' ')
  if (more.page !== (block.breaks?.at(-1)?.page ?? block.page)) {
    block.breaks = [...(block.breaks ?? []), { at: head.length, page: more.page }]
  }
  block.text = head + more.text
}

function itemText(text: string): string {
  return text.replace(BULLET, '- ')
}
