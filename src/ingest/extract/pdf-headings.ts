import type { Line } from './pdf-lines.js'
import type { Bookmark } from './pdf-outline.js'

/** A heading takes no more lines than this. */
const MOST_LINES = 4

/** The lines that a bookmark names, with its level: the document says of them itself that they are headings. */
export function namedHeadings(lines: Line[], bookmarks: Bookmark[]): Map<Line, number> {
  const byPage = new Map<number, Line[]>()
  for (const line of lines) byPage.set(line.page, [...(byPage.get(line.page) ?? []), line])
  const headings = new Map<Line, number>()
  for (const { title, level, page } of bookmarks) {
    for (const line of linesOf(byPage.get(page) ?? [], keyOf(title))) headings.set(line, level)
  }
  return headings
}

/** The lines that together read like the title. */
function linesOf(lines: Line[], title: string): Line[] {
  if (title === '') return []
  for (const start of lines.keys()) {
    let read = ''
    for (let at = start; at < Math.min(lines.length, start + MOST_LINES); at += 1) {
      read += keyOf(lines[at]?.text ?? '')
      if (read === title) return lines.slice(start, at + 1)
      if (!title.startsWith(read)) break
    }
  }
  return []
}

function keyOf(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '')
}
