import { lexer, type Token } from 'marked'

/** A piece of a reply, to be drawn as elements. Nothing in it is ever read as HTML. */
export type Piece =
  | { kind: 'text'; text: string }
  | { kind: 'break' }
  | { kind: 'link'; href: string; children: Piece[] }
  | { kind: 'paragraph' | 'heading' | 'strong' | 'emphasis' | 'quotation' | 'item'; children: Piece[] }
  | { kind: 'list'; ordered: boolean; children: Piece[] }
  | { kind: 'code' | 'codeBlock'; text: string }

const WEB_ADDRESS = /https?:\/\/[^\s<>"']+/g
/** Punctuation after an address in running text that belongs to the sentence. */
const TRAILING = /[.,;:!?)\]}»”’*_]+$/

/** Text as it is, with line breaks kept and http(s) addresses made into links. */
export function readPlain(source: string): Piece[] {
  return source.split(/\r?\n/).flatMap((line, index) => {
    const pieces = linkify(line)
    return index === 0 ? pieces : [{ kind: 'break' } as const, ...pieces]
  })
}

/** The small Markdown of stored answers and of models; HTML in it stays visible text, images their words. */
export function readMarkdown(source: string): Piece[] {
  return lexer(source, { gfm: true, breaks: true }).flatMap(piecesOf)
}

function linkify(line: string): Piece[] {
  const pieces: Piece[] = []
  let from = 0
  for (const match of line.matchAll(WEB_ADDRESS)) {
    const href = match[0].replace(TRAILING, '')
    if (!webAddress(href)) continue
    if (match.index > from) pieces.push({ kind: 'text', text: line.slice(from, match.index) })
    pieces.push({ kind: 'link', href, children: [{ kind: 'text', text: href }] })
    from = match.index + href.length
  }
  if (from < line.length) pieces.push({ kind: 'text', text: line.slice(from) })
  return pieces
}

/** The address when it leads to the web; null for `javascript:`, `data:` and whatever else may be tried. */
export function webAddress(address: string): string | null {
  const protocol = URL.canParse(address) ? new URL(address).protocol : ''
  return protocol === 'https:' || protocol === 'http:' ? address : null
}

function piecesOf(token: Token): Piece[] {
  switch (token.type) {
    case 'space':
    case 'def':
      return []
    case 'paragraph':
    case 'heading':
      return [{ kind: token.type, children: childrenOf(token) }]
    case 'strong':
      return [{ kind: 'strong', children: childrenOf(token) }]
    case 'em':
      return [{ kind: 'emphasis', children: childrenOf(token) }]
    case 'blockquote':
      return [{ kind: 'quotation', children: childrenOf(token) }]
    case 'list':
      return [listOf(token)]
    case 'code':
      return [{ kind: 'codeBlock', text: textOf(token) }]
    case 'codespan':
      return [{ kind: 'code', text: textOf(token) }]
    case 'br':
      return [{ kind: 'break' }]
    case 'link':
      return linkOf(token)
    case 'text':
      return 'tokens' in token ? token.tokens.flatMap(piecesOf) : readPlain(textOf(token))
    case 'escape':
    case 'image':
      return [{ kind: 'text', text: textOf(token) }]
    default:
      // html, tables, rules: shown as they were written.
      return readPlain(token.raw)
  }
}

function listOf(token: Token): Piece {
  const items: unknown[] = 'items' in token && Array.isArray(token.items) ? token.items : []
  const children = items.map((item): Piece => ({ kind: 'item', children: childrenOf(item as Token) }))
  return { kind: 'list', ordered: 'ordered' in token && token.ordered === true, children }
}

function linkOf(token: Token): Piece[] {
  const href = 'href' in token && typeof token.href === 'string' ? webAddress(token.href) : null
  return href === null
    ? readPlain(token.raw)
    : [{ kind: 'link', href, children: childrenOf(token).flatMap(unlinked) }]
}

/** A bare address is a link whose words look like one: no link may stand inside another. */
function unlinked(piece: Piece): Piece[] {
  return piece.kind === 'link' ? piece.children : [piece]
}

function childrenOf(token: Token): Piece[] {
  return 'tokens' in token ? token.tokens.flatMap(piecesOf) : readPlain(textOf(token))
}

function textOf(token: Token): string {
  return 'text' in token && typeof token.text === 'string' ? token.text : token.raw
}
