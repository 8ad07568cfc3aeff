/** What a stretch of a passage is; it decides how it may be quoted. */
export type SpanKind = 'prose' | 'heading' | 'item' | 'row' | 'code'

/** A stretch of a text: `text.slice(start, end)`, without white space at either end. */
export interface Span {
  kind: SpanKind
  start: number
  end: number
}

const ITEM = /^\s*(?:[-*+•–—▪◦·‣]|\(?\d{1,2}[.)]|\(?[a-z]\))\s+\S/
const MARKDOWN_HEADING = /^\s*#{1,6}\s+\S/
const FENCE = /^\s*(?:```|~~~)/
const ROW = /\|.*\||\S\t+\S.*\t|\S {3,}\S.* {3,}\S/
const CODE = /^\s*(?:\$|>>>|#!|sudo\s|npm\s|npx\s|curl\s|docker\s|git\s)|[{};]\s*$|^\s*[\w.-]+\s*=\s*\S+\s*$/
const TERMINAL = /[.!?…:;,»”"')\]]\s*$/
const QUESTION = /[?？]\s*$/
const HEADING_LENGTH = 80
const HEADING_WORDS = 12
/** A FAQ's question may be longer than a heading. */
const QUESTION_LENGTH = 140
/** A line at least this long that ends without punctuation was broken by its page, not by its author. */
const WRAPPED_LENGTH = 55

interface Line {
  start: number
  end: number
  text: string
  kind: SpanKind
  /** A blank line stands before it. */
  parted: boolean
}

/**
 * Cuts a text into blocks that no sentence crosses: paragraphs (whose hard-wrapped lines are joined), headings,
 * list items, table rows, lines of code.
 */
export function blocks(text: string): Span[] {
  const spans: Span[] = []
  let previous: Line | undefined
  for (const line of classify(text)) {
    const last = spans.at(-1)
    if (last && previous && continues(previous, line)) last.end = line.end
    else spans.push({ kind: line.kind, start: line.start, end: line.end })
    previous = line
  }
  return spans
}

function classify(text: string): Line[] {
  const lines: Line[] = []
  let offset = 0
  let fenced = false
  let parted = true
  for (const raw of text.split('\n')) {
    const start = offset + (raw.length - raw.trimStart().length)
    const end = offset + raw.trimEnd().length
    offset += raw.length + 1
    if (start >= end) {
      parted = true
      continue
    }
    const fence = FENCE.test(raw)
    const kind: SpanKind = fenced || fence ? 'code' : lineKind(raw)
    if (fence) fenced = !fenced
    lines.push({ start, end, text: text.slice(start, end), kind, parted })
    parted = false
  }
  return lines.map((line, at) =>
    isHeading(line, lines[at - 1], lines[at + 1]) ? { ...line, kind: 'heading' } : line,
  )
}

function lineKind(line: string): SpanKind {
  if (MARKDOWN_HEADING.test(line)) return 'heading'
  if (ROW.test(line)) return 'row'
  if (ITEM.test(line)) return 'item'
  return CODE.test(line) ? 'code' : 'prose'
}

/** A short line without final punctuation, or a question, standing apart from what precedes it, with text below. */
function isHeading(line: Line, before: Line | undefined, after: Line | undefined): boolean {
  if (line.kind !== 'prose' || !after) return false
  if (!(QUESTION.test(line.text) ? line.text.length <= QUESTION_LENGTH : isTitle(line.text))) return false
  if (!/^[\p{Lu}\p{N}«"“(¿¡]/u.test(line.text)) return false
  if (before && !line.parted && !TERMINAL.test(before.text) && before.kind === 'prose') return false
  return !/^\p{Ll}/u.test(after.text) || after.parted
}

function isTitle(text: string): boolean {
  return text.length <= HEADING_LENGTH && !TERMINAL.test(text) && text.split(/\s+/u).length <= HEADING_WORDS
}

/** Whether a line goes on the sentence of the line before: a hard wrap, as PDF pages and e-mails have them. */
function continues(previous: Line, line: Line): boolean {
  if (line.parted || line.kind !== 'prose') return false
  if (previous.kind === 'prose') {
    return (
      previous.text.length >= WRAPPED_LENGTH || /^\p{Ll}/u.test(line.text) || /[,-]$/u.test(previous.text)
    )
  }
  return previous.kind === 'item' && /^\p{Ll}/u.test(line.text)
}
