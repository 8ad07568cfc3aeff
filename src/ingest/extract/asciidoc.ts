import type { Block } from '../../retrieval/chunk.js'
import { detectLanguage } from '../../retrieval/language.js'
import { asciidocTable } from './asciidoc-table.js'
import { inlineAsciidoc } from './asciidoc-inline.js'
import type { Extraction } from './extraction.js'

const HEADING = /^(={1,6}|#{1,6})\s+(\S.*?)(?:\s+\1)?$/
const ITEM = /^\s*(\*{1,5}|-|\.{1,5}|\d{1,3}\.|[a-zA-Z]\.)\s+(\S.*)$/
const TERM = /^\s*(\S.*?)(:{2,4}|;;)(?:\s+(.*))?$/
/** Lines that hold something apart as it stands (`----`, `....`), or that only frame it (`====`, `****`, `____`, `--`). */
const VERBATIM = /^(?:-{4,}|\.{4,}|`{3,}.*)$/
const FRAME = /^(?:={4,}|\*{4,}|_{4,}|--)$/
const TABLE = /^[|,:!]={3,}$/
/** Attributes of the document or of a block, anchors, comments, includes, breaks: no text. */
const SILENT =
  /^(?::!?[\w-]+!?:.*|\[.*\]|\/\/(?!\/).*|include::.*|ifn?def::.*|endif::.*|toc::.*|'{3,}|<{3,}|\+)$/

/** The text of an AsciiDoc document with its headings, lists, tables and code; markup left out. */
export function extractAsciidoc(source: string): Extraction {
  const reader = new AsciidocReader(source.replace(/\r\n?/g, '\n').split('\n'))
  const blocks = reader.blocks()
  const sample = blocks.map(({ text }) => text).join('\n')
  return {
    mediaType: 'text/asciidoc',
    blocks,
    pages: null,
    language: /\p{L}{3}/u.test(sample) ? detectLanguage(sample) : null,
    unreadablePages: [],
  }
}

class AsciidocReader {
  readonly #lines: string[]
  readonly #blocks: Block[] = []
  #at = 0
  #paragraph: string[] = []
  #items: string[] = []

  constructor(lines: string[]) {
    this.#lines = lines
  }

  blocks(): Block[] {
    while (this.#at < this.#lines.length) this.#line((this.#lines[this.#at++] ?? '').trimEnd())
    this.#flush()
    return this.#blocks
  }

  #line(line: string): void {
    const heading = HEADING.exec(line)
    const title = /^\.(?![.\s])(.+)$/.exec(line)
    if (line.trim() === '') this.#endParagraph()
    else if (/^\/{4,}$/.test(line)) this.#until(line)
    else if (TABLE.test(line)) this.#push('table', asciidocTable(this.#until(line), line).join('\n'))
    else if (/^\|[^=]/.test(line)) this.#push('table', asciidocTable(this.#bars(line), '|===').join('\n'))
    else if (VERBATIM.test(line))
      this.#push('code', this.#until(line.startsWith('```') ? '```' : line).join('\n'))
    else if (FRAME.test(line) || SILENT.test(line)) this.#endParagraph()
    else if (heading) this.#push('heading', inlineAsciidoc(heading[2] ?? ''), heading[1]?.length)
    else if (title) this.#push('paragraph', inlineAsciidoc(title[1] ?? ''))
    else this.#text(line)
  }

  #text(line: string): void {
    const item = ITEM.exec(line)
    const term = item ? null : TERM.exec(line)
    if (item) this.#item(item[1] ?? '', item[2] ?? '')
    else if (term) this.#item('-', `${term[1] ?? ''}: ${term[3] ?? ''}`)
    // A line after an item goes on with it.
    else if (
      this.#items.length > 0 &&
      this.#paragraph.length === 0 &&
      this.#lines[this.#at - 2]?.trim() !== ''
    ) {
      this.#items.push(`${this.#items.pop() ?? ''} ${inlineAsciidoc(line.trim())}`)
    } else {
      this.#endItems()
      this.#paragraph.push(line.trim())
    }
  }

  #item(mark: string, text: string): void {
    this.#endParagraph()
    const depth = /^[*.]+$/.test(mark) ? mark.length - 1 : 0
    const shown = /^\.+$/.test(mark) ? '-' : /^[*-]/.test(mark) ? '-' : mark
    this.#items.push(`${'  '.repeat(depth)}${shown} ${inlineAsciidoc(text.replace(/^\[[ xX*]\]\s+/, ''))}`)
  }

  /** The lines up to the one that ends the block. */
  #until(end: string): string[] {
    const from = this.#at
    const close = this.#lines.findIndex((line, at) => at >= from && line.trimEnd() === end)
    this.#at = close < 0 ? this.#lines.length : close + 1
    return this.#lines.slice(from, close < 0 ? undefined : close)
  }

  /** Lines of cells that no fence holds together. */
  #bars(first: string): string[] {
    const from = this.#at
    while (this.#lines[this.#at]?.startsWith('|') === true) this.#at += 1
    return [first, ...this.#lines.slice(from, this.#at)]
  }

  #push(kind: Block['kind'], text: string, level?: number): void {
    this.#flush()
    if (text.trim() !== '')
      this.#blocks.push({ kind, text, page: null, ...(level !== undefined && { level }) })
  }

  #flush(): void {
    this.#endParagraph()
    this.#endItems()
  }

  #endParagraph(): void {
    const text = inlineAsciidoc(this.#paragraph.join(' '))
    this.#paragraph = []
    if (text !== '') this.#blocks.push({ kind: 'paragraph', text, page: null })
  }

  #endItems(): void {
    const text = this.#items.join('\n')
    this.#items = []
    if (text !== '') this.#blocks.push({ kind: 'list', text, page: null })
  }
}
