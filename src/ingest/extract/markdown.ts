import { lexer, type Token, type Tokens } from 'marked'
import type { Block } from '../../retrieval/chunk.js'
import { detectLanguage } from '../../retrieval/language.js'
import type { Extraction } from './extraction.js'
import { readMarkup } from './html.js'
import { tableLines } from './table-lines.js'

const FRONT_MATTER = /^\uFEFF?---[ \t]*\r?\n[\s\S]*?\r?\n(?:---|\.\.\.)[ \t]*(?:\r?\n|$)/

/** The text of a Markdown document with its headings, lists, tables and code; markup and front matter left out. */
export function extractMarkdown(source: string): Extraction {
  const front = FRONT_MATTER.exec(source)
  const looksLikeData = front !== null && /^[\w-]+\s*:/m.test(front[0])
  const body = looksLikeData ? source.slice(front[0].length) : source
  const blocks = lexer(body).flatMap(toBlocks)
  const sample = blocks.map((block) => block.text).join('\n')
  const language = /\p{L}{3}/u.test(sample) ? detectLanguage(sample) : null
  return { mediaType: 'text/markdown', blocks, pages: null, language, unreadablePages: [] }
}

/** HTML in the text that holds more than words. */
const BLOCK_MARKUP = /<(?:table|ul|ol|dl|pre|h[1-6])\b/i

function toBlocks(token: Token): Block[] {
  switch (token.type) {
    case 'heading':
      return block('heading', inline(token.tokens), (token as Tokens.Heading).depth)
    case 'paragraph':
    case 'text':
      return block('paragraph', 'tokens' in token ? inline(token.tokens) : token.raw)
    case 'list':
      return block('list', listLines(token as Tokens.List, 0).join('\n'))
    case 'table':
      return block('table', linesOf(token as Tokens.Table).join('\n'))
    case 'code':
      return block('code', (token as Tokens.Code).text)
    case 'blockquote':
      return (token as Tokens.Blockquote).tokens.flatMap(toBlocks)
    case 'html':
      return BLOCK_MARKUP.test(token.raw) ? readMarkup(token.raw) : block('paragraph', stripHtml(token.raw))
    default:
      return []
  }
}

function block(kind: Block['kind'], text: string, level?: number): Block[] {
  const kept = kind === 'code' ? text.replace(/^\n+/, '').trimEnd() : text.trim()
  if (kept === '') return []
  return [{ kind, text: kept, page: null, ...(level === undefined ? {} : { level }) }]
}

/** Plain text of inline markup: a link's words, an image's description, code without its ticks. */
function inline(tokens: Token[] = []): string {
  return tokens
    .map((token): string => {
      if (token.type === 'br') return ' '
      if (token.type === 'html') return /^<br\s*\/?>/i.test(token.raw) ? ' ' : ''
      if (token.type === 'image') return (token as Tokens.Image).text
      if (token.type === 'checkbox') return ''
      const inner = 'tokens' in token ? (token.tokens as Token[] | undefined) : undefined
      if (inner !== undefined) return inline(inner)
      return 'text' in token ? unescapeHtml(String(token.text)) : ''
    })
    .join('')
    .replace(/\s+/gu, ' ')
}

/** One line per item; nested items are indented, further paragraphs of an item go on its line. */
function listLines(list: Tokens.List, depth: number): string[] {
  const first = typeof list.start === 'number' ? list.start : 1
  return list.items.flatMap((item, index) => {
    const mark = list.ordered ? `${first + index}.` : '-'
    const done = item.task ? (item.checked ? '[x] ' : '[ ] ') : ''
    const own: string[] = []
    const nested: string[] = []
    for (const token of item.tokens) {
      if (token.type === 'list') nested.push(...listLines(token as Tokens.List, depth + 1))
      else own.push(...toBlocks(token).map((one) => one.text.replace(/\s+/gu, ' ')))
    }
    const text = own.join(' ').trim()
    return [...(text === '' ? [] : [`${'  '.repeat(depth)}${mark} ${done}${text}`]), ...nested]
  })
}

/** A table without rows gives its header. */
function linesOf(table: Tokens.Table): string[] {
  const texts = (cells: Tokens.TableCell[]) => cells.map((cell) => inline(cell.tokens))
  return tableLines(texts(table.header), table.rows.map(texts))
}

function stripHtml(html: string): string {
  const text = html
    .replace(/<!--[\s\S]*?(?:-->|$)/g, '')
    .replace(/<(script|style)\b[\s\S]*?(?:<\/\1\s*>|$)/gi, '')
    .replace(/<[^>]{0,2000}>/g, ' ')
  return unescapeHtml(text).replace(/\s+/gu, ' ')
}

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' }

function unescapeHtml(text: string): string {
  return text
    .replace(/&(amp|lt|gt|quot|apos|nbsp);/g, (whole, name: string) => ENTITIES[name] ?? whole)
    .replace(/&#(\d{1,6});/g, (whole, code: string) => {
      const point = Number(code)
      return point > 31 && point < 0x110000 ? String.fromCodePoint(point) : whole
    })
}
