import { blocks, type Span, type SpanKind } from './lines.js'

/** One sentence of a passage: `passage.slice(start, end)` is exactly `text`. */
export interface Sentence {
  text: string
  start: number
  end: number
  kind: SpanKind
  /** Which block (paragraph, heading, item …) of the passage it lies in. */
  block: number
}

/** Words before a full stop that end no sentence. Compared in lower case, without their last dot. */
const ABBREVIATIONS = words(
  'm mm mme mmes mlle mlles mr mrs ms dr drs pr prof me ste st gen lt sgt capt rev hon cf vs éd ed eds ' +
    'p.ex e.g i.e env approx ca av bd boul tél tel ext dept univ réf ref p pp',
)
/** Joined only to a number: "No. 5", "art. 12". Alone they are words, or stand last. */
const BEFORE_NUMBERS = words(
  'no nos nr num n° art vol fig figs tab chap ch sect sec par min max jan janv feb fév févr mar apr avr jun juil ' +
    'jul aug sep sept oct nov dec déc version v',
)
/** They end a sentence as often as not: what follows decides. */
const OFTEN_LAST = words('etc a.m p.m inc ltd corp co cie u.s u.k u.n j.-c jr sr al')
const OPENER =
  /^["'“«(]?\s*(?:The|It|He|She|They|We|You|In|On|At|This|That|These|A|An|But|Le|La|Les|Il|Elle|Ils|Elles|En|Un|Une|Ce|Cette)\b/u
const LAST_WORD = /([\p{L}\p{N}.°-]+)\.["'”»)\]]*$/u
/** Longer than every abbreviation with the brackets and quotes behind it. */
const TAIL_CHARACTERS = 60
/** Some dozens of sentences. */
const WINDOW_CHARACTERS = 5000
const segmenters = new Map<string, Intl.Segmenter>()

/** Splits a passage into sentences with exact offsets, in order; blocks are never joined. */
export function splitSentences(text: string, language: string): Sentence[] {
  const segmenter = segmenterFor(language)
  return blocks(text).flatMap((block, index) => splitBlock(text, block, index, segmenter))
}

function segmenterFor(language: string): Intl.Segmenter {
  const known = segmenters.get(language)
  if (known) return known
  const locale = /^[a-z]{2,3}$/.test(language) ? language : 'en'
  const segmenter = new Intl.Segmenter(locale, { granularity: 'sentence' })
  segmenters.set(language, segmenter)
  return segmenter
}

function splitBlock(text: string, block: Span, index: number, segmenter: Intl.Segmenter): Sentence[] {
  const whole = { text: text.slice(block.start, block.end), start: block.start, end: block.end }
  if (block.kind !== 'prose' && block.kind !== 'item') return [{ ...whole, kind: block.kind, block: index }]
  // A line break inside a block is a hard wrap, which the segmenter would take for the end of a sentence.
  const flat = whole.text.replace(/[\r\n]/gu, ' ')
  const sentences: Sentence[] = []
  let from = 0
  let opened = 0
  let end = 0
  const pieces = piecesOf(flat, segmenter)
  pieces.forEach((piece, at) => {
    end += piece.length
    const next = pieces[at + 1]
    opened += piece.split('(').length - piece.split(')').length
    if (next !== undefined && runsOn(flat.slice(from, end), opened, next)) return
    push(sentences, text, block, index, from, end)
    from = end
    opened = 0
  })
  return sentences
}

/**
 * The segmenter's sentences, read a window at a time: each segment it gives holds a copy of all it was given, so
 * that a paragraph of a megabyte would need gigabytes. A sentence that a window cuts is read again in the next one.
 */
function piecesOf(text: string, segmenter: Intl.Segmenter): string[] {
  const pieces: string[] = []
  for (let at = 0; at < text.length;) {
    const found = Array.from(segmenter.segment(text.slice(at, at + WINDOW_CHARACTERS)), (one) => one.segment)
    if (at + WINDOW_CHARACTERS < text.length && found.length > 1) found.pop()
    for (const piece of found) {
      pieces.push(piece)
      at += piece.length
    }
  }
  return pieces
}

function push(out: Sentence[], text: string, block: Span, index: number, from: number, to: number): void {
  const raw = text.slice(block.start + from, block.start + to)
  const start = block.start + from + (raw.length - raw.trimStart().length)
  const end = block.start + from + raw.trimEnd().length
  if (end > start) out.push({ text: text.slice(start, end), start, end, kind: block.kind, block: index })
}

/**
 * Whether the segmenter broke too early: after an abbreviation, an initial, a list number, inside brackets (`opened`:
 * how many are not closed). Reads the end of `head` only, which may be a whole chapter of initials.
 */
function runsOn(head: string, opened: number, next: string): boolean {
  const following = next.trimStart()
  const tail = head.trimEnd().slice(-TAIL_CHARACTERS)
  if (/^[\p{Ll},;:)\]»]/u.test(following)) return true
  if (/^\s*(?:\d{1,2}|[a-z])[.)]$/u.test(tail)) return true
  if (opened > 0 && closesSoon(following)) return true
  const word = LAST_WORD.exec(tail)?.[1]?.toLowerCase()
  if (word === undefined) return false
  if (BEFORE_NUMBERS.has(word)) return /^[\p{Ll}\p{N}]/u.test(following)
  if (OFTEN_LAST.has(word))
    return /^(?:u\.|[\p{Ll}\p{N}])/u.test(word.startsWith('u.') ? word : following) && !OPENER.test(following)
  if (ABBREVIATIONS.has(word)) return true
  return /(?:^|[\s(.-])\p{Lu}\.$/u.test(tail)
}

/** An opening bracket's partner follows: "(voir M. Dupont. Page 3)". */
function closesSoon(following: string): boolean {
  return following.slice(0, 120).includes(')')
}

function words(list: string): ReadonlySet<string> {
  return new Set(list.split(' '))
}
