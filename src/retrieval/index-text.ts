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
  const { kind, title, section, text } = passage
  if (kind === 'question')
    return { title: '', body: stems(text, language).join(' '), embedded: text, heading: '' }
  const above = [title, section ?? ''].map((part) => part.trim()).filter((part) => part !== '')
  return {
    title: stems(above.join(' '), language).join(' '),
    body: stems(text, language).join(' '),
    embedded: [...above.map(sentence), text].join(' '),
    heading: headingOf(passage),
  }
}

/** The heading next above a passage: the last of its section, or the title; empty for a stored question. */
export function headingOf({ kind, title, section }: Omit<IndexableText, 'text'>): string {
  if (kind === 'question') return ''
  const last = section?.split(' › ').at(-1)?.trim()
  return last === undefined || last === '' ? title.trim() : last
}

function sentence(heading: string): string {
  return /[\p{P}]$/u.test(heading) ? heading : `${heading}.`
}
