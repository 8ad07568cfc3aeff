import type { Block } from '../../retrieval/chunk.js'
import { readMarkup } from './html.js'
import type { DomElement } from './html-blocks.js'

interface Feed {
  mediaType: string
  title: string | undefined
  blocks: Block[]
}

const BODIES = ['content:encoded', 'encoded', 'content', 'description', 'summary']
const DATES = ['pubDate', 'published', 'updated', 'date']

/** A feed (RSS, RDF, Atom) entry by entry: title, date and text; undefined for any other XML. */
export function feedOf(root: DomElement): Feed | undefined {
  const name = bare(root)
  const isAtom = name === 'feed'
  if (!isAtom && name !== 'rss' && name !== 'rdf') return undefined
  const channel = isAtom ? root : (childrenNamed(root, 'channel')[0] ?? root)
  const entries = isAtom
    ? childrenNamed(root, 'entry')
    : [...childrenNamed(channel, 'item'), ...(channel === root ? [] : childrenNamed(root, 'item'))]
  const title = valueOf(channel, ['title'])
  return {
    mediaType: isAtom ? 'application/atom+xml' : 'application/rss+xml',
    title,
    blocks: [
      ...heading(title, 1),
      ...markup(valueOf(channel, ['description', 'subtitle'])),
      ...entries.flatMap(entryBlocks),
    ],
  }
}

function entryBlocks(entry: DomElement): Block[] {
  const date = valueOf(entry, DATES)
  // An excerpt goes before the whole, unless the whole repeats it.
  const bodies = BODIES.flatMap((name) => valueOf(entry, [name]) ?? []).map(markup)
  const [longest = []] = bodies.toSorted((a, b) => sizeOf(b) - sizeOf(a))
  const said = longest.map(({ text }) => text).join(' ')
  const rest = bodies
    .filter((body) => body !== longest)
    .flatMap((body) => body.filter(({ text }) => !said.includes(text)))
  const about = date === undefined ? [] : [{ kind: 'paragraph' as const, text: date, page: null }]
  return [...heading(valueOf(entry, ['title']), 2), ...about, ...rest, ...longest]
}

function heading(text: string | undefined, level: number): Block[] {
  const [first] = markup(text)
  return first === undefined ? [] : [{ kind: 'heading', level, text: first.text, page: null }]
}

/** What stands in a feed is HTML, with or without tags. */
function markup(text: string | undefined): Block[] {
  return text === undefined ? [] : readMarkup(text)
}

function valueOf(element: DomElement, names: string[]): string | undefined {
  for (const name of names) {
    const text = childrenNamed(element, name)[0]?.textContent?.trim()
    if (text !== undefined && text !== '') return text
  }
  return undefined
}

function childrenNamed(element: DomElement, name: string): DomElement[] {
  return [...element.children].filter(
    (child) => child.localName === name || bare(child) === name.toLowerCase(),
  )
}

function bare(element: DomElement): string {
  return element.localName.replace(/^.*:/, '').toLowerCase()
}

function sizeOf(blocks: Block[]): number {
  return blocks.reduce((sum, { text }) => sum + text.length, 0)
}
