import { readingOrder, SAME_LINE, WIDE_GAP, type Segment, type TextItem } from './pdf-columns.js'

/** What stands apart from the rest of its line. */
export interface Cell {
  text: string
  /** Where it begins, and where it ends. */
  x: number
  right: number
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
  cells: Cell[]
  /** Right edge of the column it stands in. */
  columnRight: number
  /** Left edge of the column it stands in. */
  columnLeft: number
}

/** A narrower gap than this is kerning, a wider one a space. */
const SPACE_GAP = 0.17
const RIGHT_TO_LEFT = /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}]/gu
/** A letter of Arabic, Hebrew or Syriac. */
export const IS_RIGHT_TO_LEFT = new RegExp(RIGHT_TO_LEFT.source, 'u')

/** Brings the text of one page into lines in reading order, column after column where it has several. */
export function pageLines(items: TextItem[], page: number, width: number): Line[] {
  return readingOrder(items, width).flatMap((part) => toLines(part, page))
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
  const rtl = isRightToLeft(items)
  const cells: Cell[] = []
  let last: Segment | undefined
  for (const segment of [...row].sort((a, b) => (rtl ? b.x - a.x : a.x - b.x))) {
    const text = segmentText(segment, rtl)
    const gap = last ? (rtl ? last.x - segment.right : segment.x - last.right) : Infinity
    const cell = cells.at(-1)
    if (cell === undefined || gap >= segment.size * WIDE_GAP) {
      cells.push({ text, x: segment.x, right: segment.right })
    } else {
      cell.text += `${gap > segment.size * SPACE_GAP ? ' ' : ''}${text}`
      cell.x = Math.min(cell.x, segment.x)
      cell.right = Math.max(cell.right, segment.right)
    }
    last = segment
  }
  const kept = cells.map((cell) => ({ ...cell, text: clean(cell.text) })).filter(({ text }) => text !== '')
  const fonts = new Set(items.filter((item) => item.text.trim() !== '').map((item) => item.font))
  return {
    text: kept.map((cell) => cell.text).join(' '),
    x: Math.min(...row.map((segment) => segment.x)),
    right: Math.max(...row.map((segment) => segment.right)),
    y: row[0]?.y ?? 0,
    size: dominantSize(items),
    font: fonts.size === 1 ? ([...fonts][0] ?? null) : null,
    page,
    cells: kept,
  }
}

/** By letters: names and numbers in Latin script stand in lines of any direction. */
function isRightToLeft(items: TextItem[]): boolean {
  const text = items.map((item) => item.text).join('')
  const count = (pattern: RegExp) => text.match(pattern)?.length ?? 0
  return items.some((item) => item.rtl) && count(RIGHT_TO_LEFT) > count(/\p{Script=Latin}/gu)
}

function segmentText(segment: Segment, rtl: boolean): string {
  let text = ''
  let last: TextItem | undefined
  for (const item of segment.items) {
    const gap = last ? (rtl ? last.x - (item.x + item.width) : item.x - (last.x + last.width)) : 0
    const isJoined =
      gap <= item.size * SPACE_GAP && !(last && isReference(last, item)) && !changesScript(text, item)
    text += isJoined || /\s$/u.test(text) || /^\s/u.test(item.text) ? '' : ' '
    text += item.text
    if (item.text !== '') last = item
  }
  return text
}

/** The raised number of a note, set against the word it is about; the one of a unit or a formula follows a letter or two. */
function isReference(word: TextItem, note: TextItem): boolean {
  const isRaised = note.size < word.size * 0.8 && note.y < word.y - word.size * 0.15
  return isRaised && /^\d{1,3}\)?$/u.test(note.text.trim()) && /\p{L}{3}$/u.test(word.text)
}

/** Where Arabic or Hebrew meets Latin letters or digits, the space between them is often not drawn. */
function changesScript(text: string, { text: next }: TextItem): boolean {
  const isRtl = (character: string | undefined) => character !== undefined && IS_RIGHT_TO_LEFT.test(character)
  const isLtr = (character: string | undefined) =>
    character !== undefined && /[\p{Script=Latin}\d]/u.test(character)
  const [before, after] = [text.at(-1), next.at(0)]
  return (isRtl(before) && isLtr(after)) || (isLtr(before) && isRtl(after))
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
