import type { Source } from '../../contract/messages.js'
import type { Evidence, Hit, QaMatch, Quote } from '../../retrieval/retriever.js'
import type { SourceType } from '../../store/schema.js'

/** Characters of a snippet that opens a text, and of one that shows a quote in its surroundings. */
const SNIPPET = 240
const CONTEXT = 480
const PARAGRAPH = '\n\n'

const WIRE_TYPE: Record<SourceType, Source['type']> = {
  file: 'knowledge_base',
  qa: 'knowledge_qa',
  url: 'knowledge_url',
}

/** A run of text that is literally in one passage. */
interface Span {
  hit: Hit
  start: number
  end: number
}

/** The quotes of a reply: what to say, and where each part of it stands. */
export interface QuotedReply {
  /** Parts to send one after the other; joined they are the reply. */
  parts: string[]
  sources: Source[]
}

/**
 * Puts quotes together as a reply. Sentences that follow each other in a passage keep what is between
 * them; a gap within a passage shows as " […] "; passages are set apart by a blank line.
 */
export function quotedReply(quotes: Quote[]): QuotedReply {
  const spans: Span[] = []
  const parts: string[] = []
  for (const quote of quotes) {
    const last = spans.at(-1)
    const gap = last && gapBetween(last, quote)
    if (last !== undefined && gap !== undefined) {
      last.end = quote.end
      parts.push(gap + quote.text)
    } else {
      const samePassage = last?.hit.passageId === quote.hit.passageId
      parts.push((last === undefined ? '' : samePassage ? ' […] ' : '\n\n') + quote.text)
      spans.push({ hit: quote.hit, start: quote.start, end: quote.end })
    }
  }
  return { parts, sources: spans.map(cite) }
}

/** The white space between a span and a quote that follows it directly; undefined when it does not. */
function gapBetween(span: Span, quote: Quote): string | undefined {
  if (span.hit.passageId !== quote.hit.passageId || quote.start < span.end) return undefined
  const between = span.hit.text.slice(span.end, quote.start)
  return between.trim() === '' ? between : undefined
}

/** Where sentences have their ground, in the order they are said; stretches of one passage that touch are one. */
export function citeGrounds(grounds: readonly Span[]): Source[] {
  const spans: Span[] = []
  for (const { hit, start, end } of grounds) {
    const known = spans.find(
      (span) => span.hit.passageId === hit.passageId && touches(span, { start, end }, hit.text),
    )
    if (known === undefined) spans.push({ hit, start, end })
    else {
      known.start = Math.min(known.start, start)
      known.end = Math.max(known.end, end)
    }
  }
  return spans.map(cite)
}

/** Whether two stretches of a text overlap, or have nothing but white space between them. */
function touches(a: Pick<Span, 'start' | 'end'>, b: Pick<Span, 'start' | 'end'>, text: string): boolean {
  const [first, second] = a.start <= b.start ? [a, b] : [b, a]
  return second.start <= first.end || text.slice(first.end, second.start).trim() === ''
}

/** The passages that a model was given, best first, each with its opening words. */
export function shownPassages(hits: Hit[]): Source[] {
  return hits.map((hit) => cite({ hit, start: 0, end: openingEnd(hit.text) }))
}

/** Where a text's opening words end: between two words, as far as there are any. */
function openingEnd(text: string): number {
  if (text.length <= SNIPPET) return text.length
  const end = text.slice(0, SNIPPET + 1).search(/\s\S*$/)
  return end > 0 ? end : SNIPPET
}

/** The stored pair behind a verbatim answer. */
export function matchedPair(match: QaMatch, hits: Evidence['hits']): Source {
  const hit = hits.find(({ sourceId, kind }) => sourceId === match.sourceId && kind === 'answer')
  const start = hit?.startOffset ?? 0
  return {
    type: 'knowledge_qa',
    title: match.question,
    snippet: shorten(match.answer),
    url: hit?.url ?? null,
    reference_id: match.sourceId,
    passage_id: hit?.passageId ?? match.passageId,
    quote: match.answer,
    page: null,
    section: null,
    start_offset: start,
    end_offset: start + match.answer.length,
  }
}

function cite({ hit, start, end }: Span): Source {
  const quote = hit.text.slice(start, end)
  return {
    type: WIRE_TYPE[hit.type],
    title: hit.title,
    snippet: inContext(hit.text, start, end),
    url: hit.url,
    reference_id: hit.sourceId,
    passage_id: hit.passageId,
    quote,
    page: hit.page,
    section: hit.section,
    start_offset: hit.startOffset + start,
    end_offset: hit.startOffset + end,
  }
}

/** The quote with what stands around it in its paragraphs, cut between words; headings above are the section's business. */
function inContext(text: string, start: number, end: number): string {
  const room = Math.floor(Math.max(0, CONTEXT - (end - start)) / 2)
  const paragraph = text.lastIndexOf(PARAGRAPH, start - PARAGRAPH.length)
  const opening = paragraph < 0 ? 0 : paragraph + PARAGRAPH.length
  const from = Math.max(opening, start - room)
  const before = text.slice(from, start)
  const after = text.slice(end, end + room)
  const head = from > opening ? `…${before.replace(/^\S*\s*/, '')}` : before
  const tail = end + room < text.length ? `${after.replace(/\s*\S*$/, '')}…` : after
  return head + text.slice(start, end) + tail
}

function shorten(text: string): string {
  return text.length <= SNIPPET ? text : `${text.slice(0, SNIPPET - 1).trimEnd()}…`
}
