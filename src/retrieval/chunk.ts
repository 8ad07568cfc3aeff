import type { NewPassage } from '../store/passages.js'
import { splitSentences } from './sentences.js'

/** A stretch of a document as its author set it. */
export interface Block {
  kind: 'heading' | 'paragraph' | 'list' | 'table' | 'code'
  /** Of a heading: 1 = outermost. */
  level?: number
  /** Lists hold one item per line, tables one row per line. */
  text: string
  /** 1-based page the block begins on; null where the format has none. */
  page: number | null
  /** Where inside `text` later pages begin, for a block that runs over them. */
  breaks?: { at: number; page: number }[]
}

export interface ChunkOptions {
  /** The document's title: it is embedded with each passage, so it takes its share of the tokens. */
  title: string
  /** Language of the whole document (ISO 639-1), for finding sentences. */
  language: string | null
  /** Tokens of a text for the embedder, without special tokens. */
  countTokens: (text: string) => number
  /** Language of one passage; null = cannot tell, and the document's is taken. */
  languageOf: (text: string) => string | null
}

/** Sequence length all-MiniLM-L6-v2 was trained with; what is longer the embedder would not see. */
const MAX_TOKENS = 256
/** Passages are closed near this size: long enough to answer, short enough to be about one thing. */
const TARGET_TOKENS = 200
/** Two special tokens and the joints between title, section and text. */
const RESERVED_TOKENS = 8
const CONTEXT_TOKENS = 72
/** From here a passage would rather end with its paragraph than hold half of the next. */
const FULL_ENOUGH = 110
/** From here a passage rather ends with its page, so that what is quoted from it is cited by the right one. */
const WORTH_A_PAGE = 48
/** Whatever title and headings take, so much of the text fits. */
const LEAST_ROOM = 32
/** Longest stretch without white space that is kept whole, in code points. */
const LONGEST_WORD = 60

/** The text that offsets of passages count in: all blocks, a blank line between two. */
export function fullText(blocks: Block[]): string {
  return blocks.map((block) => block.text).join(JOINT)
}

const JOINT = '\n\n'

/**
 * Cuts a document into passages along its structure, in order and without overlap: `fullText(blocks)` is
 * exactly the passages' texts with white space between them. Sentences, list items and table rows stay
 * whole unless one alone is longer than the embedder reads; a heading opens the passage that follows it.
 */
export function chunk(blocks: Block[], options: ChunkOptions): NewPassage[] {
  const text = fullText(blocks)
  const packer = new Packer(options)
  let offset = 0
  for (const [index, block] of blocks.entries()) {
    if (block.kind === 'heading') packer.heading(block, span(text, offset, offset + block.text.length), index)
    else packer.body(unitsOf(text, block, offset, options), index, block.page)
    offset += block.text.length + JOINT.length
  }
  const starts = blockStarts(blocks)
  return packer.done().map((draft, ordinal) => {
    const start = draft.units[0]?.start ?? 0
    const end = draft.units.at(-1)?.end ?? 0
    const own = text.slice(start, end)
    return {
      ordinal,
      kind: 'body',
      text: own,
      page: pageAt(blocks, starts, draft.units[0]?.block ?? 0, start),
      section: draft.section,
      startOffset: start,
      endOffset: end,
      language: options.languageOf(own) ?? options.language,
    }
  })
}

interface Span {
  start: number
  end: number
}

interface Unit extends Span {
  tokens: number
  block: number
}

interface Draft {
  units: Unit[]
  tokens: number
  /** Null until its first text: headings alone belong to what follows. */
  section: string | null
  hasBody: boolean
}

/** Fills one passage after the other. */
class Packer {
  readonly #options: ChunkOptions
  readonly #drafts: Draft[] = []
  readonly #path: { level: number; text: string }[] = []
  #current = emptyDraft()
  #limit: number
  #page: number | null = null

  constructor(options: ChunkOptions) {
    this.#options = options
    this.#limit = this.#room()
  }

  heading(block: Block, place: Span | undefined, index: number): void {
    if (!place) return
    if (this.#current.hasBody) this.#close()
    const level = block.level ?? 1
    while ((this.#path.at(-1)?.level ?? 0) >= level) this.#path.pop()
    this.#path.push({ level, text: block.text.replace(/\s+/gu, ' ').trim() })
    this.#limit = this.#room()
    for (const unit of this.#fit(block.text, place)) this.#push({ ...unit, block: index })
  }

  body(spans: (Span & { text: string })[], index: number, page: number | null): void {
    const units = spans.flatMap((place) => this.#fit(place.text, place))
    const total = units.reduce((sum, unit) => sum + unit.tokens, 0)
    const target = Math.min(TARGET_TOKENS, this.#limit)
    const { hasBody, tokens } = this.#current
    const turned = page !== this.#page && tokens >= WORTH_A_PAGE
    this.#page = page
    if (hasBody && turned) this.#close()
    else if (hasBody && tokens >= FULL_ENOUGH && tokens + total > target) this.#close()
    for (const unit of units) {
      if (this.#current.hasBody && this.#current.tokens + unit.tokens > target) this.#close()
      if (!this.#current.hasBody) this.#current.section = this.#section()
      this.#current.hasBody = true
      this.#push({ ...unit, block: index })
    }
  }

  done(): Draft[] {
    const last = this.#drafts.at(-1)
    // Headings that nothing follows end the passage before them.
    if (last && !this.#current.hasBody) last.units.push(...this.#current.units)
    else this.#close()
    return this.#drafts
  }

  #push(unit: Unit): void {
    this.#current.units.push(unit)
    this.#current.tokens += unit.tokens
  }

  #close(): void {
    if (this.#current.units.length > 0) this.#drafts.push(this.#current)
    this.#current = emptyDraft()
  }

  #section(): string | null {
    return this.#path.length === 0 ? null : this.#path.map((heading) => heading.text).join(' › ')
  }

  /** Tokens left for a passage's own text beside its title and section. */
  #room(): number {
    const context = this.#options.countTokens(`${this.#options.title} ${this.#section() ?? ''}`)
    return MAX_TOKENS - RESERVED_TOKENS - Math.min(context, CONTEXT_TOKENS)
  }

  /** One unit, or several where the text alone is longer than a passage may be (its headings included). */
  #fit(text: string, place: Span): Omit<Unit, 'block'>[] {
    const tokens = this.#options.countTokens(text)
    const above = this.#current.hasBody ? 0 : this.#current.tokens
    const limit = Math.max(this.#limit - above, LEAST_ROOM)
    if (tokens <= limit) return [{ start: place.start, end: place.end, tokens }]
    return cutWords(text, place.start, limit, this.#options.countTokens)
  }
}

function emptyDraft(): Draft {
  return { units: [], tokens: 0, section: null, hasBody: false }
}

/** The pieces of a block that are not torn apart: sentences of prose, else lines. */
function unitsOf(text: string, block: Block, offset: number, options: ChunkOptions) {
  const spans: Span[] = []
  if (block.kind === 'paragraph') {
    for (const sentence of splitSentences(block.text, options.language ?? 'en')) {
      spans.push({ start: offset + sentence.start, end: offset + sentence.end })
    }
  } else {
    let at = offset
    for (const line of block.text.split('\n')) {
      const place = span(text, at, at + line.length)
      if (place) spans.push(place)
      at += line.length + 1
    }
  }
  return spans.map((place) => ({ ...place, text: text.slice(place.start, place.end) }))
}

/** The stretch without white space at its ends; undefined when nothing else is in it. */
function span(text: string, from: number, to: number): Span | undefined {
  const raw = text.slice(from, to)
  const start = from + (raw.length - raw.trimStart().length)
  const end = from + raw.trimEnd().length
  return end > start ? { start, end } : undefined
}

function cutWords(
  text: string,
  offset: number,
  limit: number,
  countTokens: (text: string) => number,
): Omit<Unit, 'block'>[] {
  const pieces: Omit<Unit, 'block'>[] = []
  let open: Omit<Unit, 'block'> | undefined
  for (const match of text.matchAll(new RegExp(`\\S{1,${LONGEST_WORD}}`, 'gu'))) {
    const tokens = countTokens(match[0])
    const end = offset + match.index + match[0].length
    if (open && open.tokens + tokens <= limit) {
      open.end = end
      open.tokens += tokens
    } else {
      open = { start: offset + match.index, end, tokens }
      pieces.push(open)
    }
  }
  return pieces
}

function blockStarts(blocks: Block[]): number[] {
  const starts: number[] = []
  let offset = 0
  for (const block of blocks) {
    starts.push(offset)
    offset += block.text.length + JOINT.length
  }
  return starts
}

function pageAt(blocks: Block[], starts: number[], index: number, offset: number): number | null {
  const block = blocks[index]
  if (!block) return null
  const within = offset - (starts[index] ?? 0)
  const later = block.breaks?.filter((broken) => broken.at <= within).at(-1)
  return later?.page ?? block.page
}
