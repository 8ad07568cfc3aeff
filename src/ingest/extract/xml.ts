import { DOMParser } from 'linkedom'
import type { Block } from '../../retrieval/chunk.js'
import { detectLanguage } from '../../retrieval/language.js'
import { ExtractionError, type Extraction } from './extraction.js'
import { feedOf } from './feed.js'
import type { DomElement, DomNode } from './html-blocks.js'
import { isDeeperThan } from './markup-depth.js'
import { tableLines } from './table-lines.js'

const MAX_DEPTH = 500
const LONGEST_CELL = 200
const TITLES = /^(?:title|titre|heading|head|caption|h[1-6])$/i
/** Elements of running text say nothing by their names. */
const PROSE =
  /^(?:p|para|simpara|text|texte|body|content|description|summary|abstract|note|li|item|ab|seg|span|div)$/i
const TEXT_NODES = new Set([3, 4])
const DEEPEST_HEADING = 6

/**
 * The text of an XML document in its order: feeds (RSS, Atom) entry by entry, lists of like records as tables, other
 * values as `name: value`, text with markup in it as paragraphs. Entities that it declares are not expanded, and nothing
 * that it names is fetched.
 * @throws ExtractionError for markup that is damaged or nested too deeply.
 */
export function extractXml(source: string): Extraction {
  const root = parsed(source)
  const feed = feedOf(root)
  const writer = new XmlWriter()
  if (feed === undefined) writer.element(root, 1)
  const blocks = feed?.blocks ?? writer.done()
  const sample = blocks.map(({ text }) => text).join('\n')
  return {
    mediaType: feed?.mediaType ?? 'application/xml',
    ...(feed?.title !== undefined && { title: feed.title }),
    blocks,
    pages: null,
    language: /\p{L}{3}/u.test(sample) ? detectLanguage(sample) : null,
    unreadablePages: [],
  }
}

function parsed(source: string): DomElement {
  const text = source.replace(/<!DOCTYPE[^>[]*(?:\[[\s\S]*?\]\s*)?>/i, '')
  if (isDeeperThan(text, MAX_DEPTH)) throw tooDeep()
  const document = new DOMParser().parseFromString(text, 'text/xml') as unknown as {
    documentElement: DomElement | null
  }
  const root = document.documentElement
  if (root === null) throw new ExtractionError('The XML holds no elements.')
  let depth = 0
  for (let level: DomElement[] = [root]; level.length > 0; depth += 1) {
    if (depth > MAX_DEPTH) throw tooDeep()
    level = level.flatMap((element) => [...element.children])
  }
  return root
}

function tooDeep(): ExtractionError {
  return new ExtractionError('The XML is nested too deeply to be read.')
}

class XmlWriter {
  readonly #blocks: Block[] = []
  #lines: string[] = []

  done(): Block[] {
    this.#endLines()
    return this.#blocks
  }

  element(element: DomElement, level: number): void {
    const children = [...element.children]
    if (children.length === 0) this.#leaf(element, level)
    else if (hasOwnText(element)) this.#push('paragraph', flat(element.textContent ?? ''))
    else if (areRecords(children)) this.#push('table', recordLines(children))
    else {
      this.#endLines()
      this.#attributes(element)
      for (const child of children) this.element(child, level + 1)
      this.#endLines()
    }
  }

  #leaf(element: DomElement, level: number): void {
    const text = flat(element.textContent ?? '')
    const name = nameOf(element)
    if (text === '') this.#attributes(element)
    else if (TITLES.test(name)) this.#push('heading', text, Math.min(level, DEEPEST_HEADING))
    else if (PROSE.test(name) || text.length > LONGEST_CELL) this.#push('paragraph', text)
    else this.#lines.push(`- ${name}: ${text}`)
  }

  #attributes(element: DomElement): void {
    const values = attributesOf(element)
    if (values.length > 0)
      this.#lines.push(`- ${nameOf(element)}: ${values.map((pair) => pair.join(' ')).join(', ')}`)
  }

  #push(kind: Block['kind'], text: string, level?: number): void {
    this.#endLines()
    if (text !== '') this.#blocks.push({ kind, text, page: null, ...(level !== undefined && { level }) })
  }

  #endLines(): void {
    const text = this.#lines.join('\n')
    this.#lines = []
    if (text !== '') this.#blocks.push({ kind: 'list', text, page: null })
  }
}

/** Whether elements are like rows: all of one name, each with values only, and short ones. */
function areRecords(elements: DomElement[]): boolean {
  const [first] = elements
  if (first === undefined || elements.length < 2) return false
  return elements.every((element) => {
    const fields = [...element.children]
    const isFlat = fields.every((field) => [...field.children].length === 0)
    const isShort = fields.every((field) => (field.textContent ?? '').length <= LONGEST_CELL)
    const hasFields = fields.length > 1 || (fields.length === 0 && attributesOf(element).length > 1)
    return nameOf(element) === nameOf(first) && isFlat && isShort && hasFields && !hasOwnText(element)
  })
}

function recordLines(elements: DomElement[]): string {
  const rows = elements.map((element) => {
    const row = new Map(attributesOf(element))
    for (const field of element.children) {
      const values = [row.get(nameOf(field)), flat(field.textContent ?? '')]
      row.set(nameOf(field), values.filter(Boolean).join(', '))
    }
    return row
  })
  const names = [...new Set(rows.flatMap((row) => [...row.keys()]))]
  return tableLines(
    names,
    rows.map((row) => names.map((name) => row.get(name) ?? '')),
  ).join('\n')
}

function hasOwnText(element: DomElement): boolean {
  return [...element.childNodes].some(
    (node: DomNode) => TEXT_NODES.has(node.nodeType) && (node.textContent ?? '').trim() !== '',
  )
}

function attributesOf(element: DomElement): [string, string][] {
  const { attributes } = element as unknown as { attributes: Iterable<{ name: string; value: string }> }
  return [...attributes]
    .filter(({ name, value }) => !/^(?:xmlns|xsi|xml)\b/.test(name) && value.trim() !== '')
    .map(({ name, value }) => [name, flat(value)])
}

function nameOf(element: DomElement): string {
  return element.localName.replace(/^.*:/, '')
}

function flat(text: string): string {
  return text.replace(/\s+/gu, ' ').trim()
}
