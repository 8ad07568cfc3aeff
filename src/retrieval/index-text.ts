import type { PassageKind } from '../store/schema.js'
import { stems } from './stems.js'

/** A passage with what stands above it in its source. */
export interface IndexableText {
  kind: PassageKind
  /** Title of the source; of a Q&A pair: its question. */
  title: string
  section: string | null
  text: string
}

/** What the two indexes are given for a passage. */
export interface IndexText {
  /** Stems, joined by spaces. */
  title: string
  body: string
  /** To be embedded in the role `passage`. */
  embedded: string
  /** What stands above the passage, to be embedded by itself in the role `passage`; empty when nothing does. */
  heading: string
}

/**
 * How a passage enters the word and vector indexes: with its title and section, since a passage seldom
 * repeats what its headings say it is about. A stored question stands alone: it is compared with questions.
 */
export function indexText(passage: IndexableText, language: string): IndexText {
  return {
    title: stems(above(passage).join(' '), language).join(' '),
    body: stems(passage.text, language).join(' '),
    embedded: embeddedText(passage),
    heading: headingOf(passage),
  }
}

/** The text that is embedded of a passage, in the role `passage`. */
export function embeddedText(passage: IndexableText): string {
  return [...above(passage).map(sentence), passage.text].join(' ')
}

/** The heading next above a passage: the last of its section, or the title; empty for a stored question. */
export function headingOf({ kind, title, section }: Omit<IndexableText, 'text'>): string {
  if (kind === 'question') return ''
  const last = section?.split(' › ').at(-1)?.trim()
  return last === undefined || last === '' ? title.trim() : last
}

function above({ kind, title, section }: IndexableText): string[] {
  if (kind === 'question') return []
  return [title, section ?? ''].map((part) => part.trim()).filter((part) => part !== '')
}

function sentence(heading: string): string {
  return /[\p{P}]$/u.test(heading) ? heading : `${heading}.`
}
