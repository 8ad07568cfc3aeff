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
}

/**
 * How a passage enters the word and vector indexes: with its title and section, since a passage seldom
 * repeats what its headings say it is about. A stored question stands alone: it is compared with questions.
 */
export function indexText(passage: IndexableText, language: string): IndexText {
  const { kind, title, section, text } = passage
  if (kind === 'question') return { title: '', body: stems(text, language).join(' '), embedded: text }
  const above = [title, section ?? ''].map((part) => part.trim()).filter((part) => part !== '')
  return {
    title: stems(above.join(' '), language).join(' '),
    body: stems(text, language).join(' '),
    embedded: [...above.map(sentence), text].join(' '),
  }
}

function sentence(heading: string): string {
  return /[\p{P}]$/u.test(heading) ? heading : `${heading}.`
}
