import { Parser } from 'htmlparser2'
import { ExtractionError } from './extraction.js'
import { decodeText } from './text.js'

/** One element of an XML document, with its children in order. */
export interface XmlElement {
  /** With the prefix that its vocabulary commonly has, whatever the document calls it: `w:p`, `a:t`. */
  readonly name: string
  /** By name, with the common prefix where it has one: `w:val`, `r:id`, `type`. */
  readonly attributes: Readonly<Record<string, string>>
  readonly children: (XmlElement | string)[]
}

/** Deeper documents are refused: whoever walks through them would exhaust the stack. */
const MAX_DEPTH = 1000
/** More elements than any document of a size that is read has; each takes some hundred bytes. */
const MAX_ELEMENTS = 4_000_000

const OPEN_XML = 'http://schemas.openxmlformats.org'
const STRICT = 'http://purl.oclc.org/ooxml'
const OASIS = 'urn:oasis:names:tc:opendocument:xmlns'
/** Vocabularies by address. Office Open XML has two addresses for each: transitional and strict. */
const PREFIXES: Record<string, string> = {
  [`${OPEN_XML}/wordprocessingml/2006/main`]: 'w',
  [`${STRICT}/wordprocessingml/main`]: 'w',
  [`${OPEN_XML}/presentationml/2006/main`]: 'p',
  [`${STRICT}/presentationml/main`]: 'p',
  [`${OPEN_XML}/drawingml/2006/main`]: 'a',
  [`${STRICT}/drawingml/main`]: 'a',
  [`${OPEN_XML}/drawingml/2006/chart`]: 'c',
  [`${STRICT}/drawingml/chart`]: 'c',
  [`${OPEN_XML}/drawingml/2006/diagram`]: 'dgm',
  [`${STRICT}/drawingml/diagram`]: 'dgm',
  [`${OPEN_XML}/officeDocument/2006/relationships`]: 'r',
  [`${STRICT}/officeDocument/relationships`]: 'r',
  [`${OPEN_XML}/officeDocument/2006/math`]: 'm',
  [`${STRICT}/officeDocument/math`]: 'm',
  [`${OPEN_XML}/markup-compatibility/2006`]: 'mc',
  [`${OPEN_XML}/package/2006/relationships`]: '',
  [`${OPEN_XML}/package/2006/content-types`]: '',
  'http://schemas.microsoft.com/office/word/2010/wordml': 'w14',
  'urn:schemas-microsoft-com:vml': 'v',
  'http://purl.org/dc/elements/1.1/': 'dc',
  'http://www.idpf.org/2007/opf': '',
  'urn:oasis:names:tc:opendocument:xmlns:container': '',
  'http://www.w3.org/2001/04/xmlenc#': 'enc',
  'http://www.w3.org/1999/xhtml': '',
  ...Object.fromEntries(
    ['office', 'text', 'table', 'draw', 'presentation', 'manifest'].map((name) => [
      `${OASIS}:${name}:1.0`,
      name,
    ]),
  ),
}

/**
 * Reads an XML document. Declarations of entities are never looked at: only the five that XML itself has, and numbered
 * characters, are replaced, and whatever else is referred to, inside or outside, stays as it is written.
 * @param leaveOut names of elements to leave out with all that is in them
 * @throws ExtractionError for what is nested too deeply or holds too many elements.
 */
export function parseXml(bytes: Uint8Array, leaveOut: ReadonlySet<string> = new Set()): XmlElement {
  const builder = new TreeBuilder(leaveOut)
  const parser = new Parser(
    {
      onopentag: (name, attributes) => {
        builder.open(name, attributes)
      },
      onclosetag: () => {
        builder.close()
      },
      ontext: (text) => {
        builder.text(text)
      },
    },
    { xmlMode: true, decodeEntities: true },
  )
  parser.end(decodeText(bytes, encodingOf(bytes)) ?? '')
  return builder.root
}

/** Most elements have no attributes, and many no children: they share these. */
const NO_ATTRIBUTES: Record<string, string> = {}
const NO_CHILDREN: XmlElement['children'] = []

interface OpenElement extends XmlElement {
  children: XmlElement['children']
}

class TreeBuilder {
  root: OpenElement = { name: '', attributes: NO_ATTRIBUTES, children: NO_CHILDREN }
  readonly #leaveOut: ReadonlySet<string>
  readonly #open: OpenElement[] = [this.root]
  readonly #scopes = [new Scope(new Map())]
  #elements = 0
  /** How many open elements are left out. */
  #left = 0

  constructor(leaveOut: ReadonlySet<string>) {
    this.#leaveOut = leaveOut
  }

  open(tag: string, attributes: Record<string, string>): void {
    if (this.#left > 0) {
      this.#left += 1
      return
    }
    const scope = this.#enter(attributes)
    const name = scope.elementName(tag)
    if (this.#leaveOut.has(name)) {
      this.#left = 1
      return
    }
    this.#elements += 1
    if (this.#open.length > MAX_DEPTH)
      throw new ExtractionError('The document’s markup is nested too deeply to be read.')
    if (this.#elements > MAX_ELEMENTS)
      throw new ExtractionError('The document has millions of parts; please split it into several files.')
    const element = { name, attributes: scope.attributes(attributes), children: NO_CHILDREN }
    if (this.#open.length === 1 && this.#elements === 1) this.root = element
    this.#append(element)
    this.#open.push(element)
  }

  close(): void {
    if (this.#left > 1) {
      this.#left -= 1
      return
    }
    this.#scopes.pop()
    if (this.#left === 1) this.#left = 0
    else this.#open.pop()
  }

  text(text: string): void {
    if (this.#left > 0) return
    const children = this.#open.at(-1)?.children ?? NO_CHILDREN
    const last = children.length - 1
    const before = children[last]
    if (typeof before === 'string') children[last] = before + text
    else this.#append(text)
  }

  #append(child: XmlElement | string): void {
    const parent = this.#open.at(-1)
    if (parent?.children === NO_CHILDREN) parent.children = [child]
    else parent?.children.push(child)
  }

  #enter(attributes: Record<string, string>): Scope {
    const outer = this.#scopes.at(-1) ?? new Scope(new Map())
    const scope = outer.with(attributes)
    this.#scopes.push(scope)
    return scope
  }
}

/** The prefixes that are declared at one place of a document, and what they are commonly called. */
class Scope {
  readonly #common: Map<string, string>
  readonly #names = new Map<string, string>()

  constructor(common: Map<string, string>) {
    this.#common = common
  }

  with(attributes: Record<string, string>): Scope {
    let common: Map<string, string> | undefined
    for (const name in attributes) {
      if (!name.startsWith('xmlns')) continue
      const value = attributes[name] ?? ''
      const prefix = name === 'xmlns' ? '' : name.slice('xmlns:'.length)
      common ??= new Map(this.#common)
      common.set(prefix, Object.hasOwn(PREFIXES, value) ? (PREFIXES[value] ?? prefix) : prefix)
    }
    return common === undefined ? this : new Scope(common)
  }

  elementName(name: string): string {
    let known = this.#names.get(name)
    if (known === undefined) {
      const [prefix, local] = parted(name)
      known = joined(this.#common.get(prefix) ?? prefix, local)
      this.#names.set(name, known)
    }
    return known
  }

  attributes(attributes: Record<string, string>): Record<string, string> {
    let named = NO_ATTRIBUTES
    for (const name in attributes) {
      if (name.startsWith('xmlns') || name.startsWith('w:rsid')) continue
      if (named === NO_ATTRIBUTES) named = {}
      named[name.includes(':') ? this.elementName(name) : name] = attributes[name] ?? ''
    }
    return named
  }
}

function parted(name: string): [prefix: string, local: string] {
  const colon = name.indexOf(':')
  return colon < 0 ? ['', name] : [name.slice(0, colon), name.slice(colon + 1)]
}

function joined(prefix: string, local: string): string {
  return prefix === '' ? local : `${prefix}:${local}`
}

/** What the declaration at the beginning names; UTF-8 where there is none. */
function encodingOf(bytes: Uint8Array): string {
  const head = Buffer.from(bytes.subarray(0, 200)).toString('latin1')
  return /^\s*<\?xml[^>]*encoding\s*=\s*["']([\w.:-]+)["']/.exec(head)?.[1] ?? 'utf-8'
}

/** The element's own elements, all or those of one name. */
export function elementsOf(element: XmlElement | undefined, name?: string): XmlElement[] {
  if (element === undefined) return []
  return element.children.filter(
    (child): child is XmlElement => typeof child !== 'string' && (name === undefined || child.name === name),
  )
}

/** The first element at the end of a path of names; undefined when there is none. */
export function elementAt(element: XmlElement | undefined, ...path: string[]): XmlElement | undefined {
  let at = element
  for (const name of path)
    at = at?.children.find((child) => typeof child !== 'string' && child.name === name) as typeof at
  return at
}

/** Every element of these names below one, in document order; not those inside of one that was found. */
export function outermost(element: XmlElement | undefined, ...names: string[]): XmlElement[] {
  return elementsOf(element).flatMap((child) =>
    names.includes(child.name) ? [child] : outermost(child, ...names),
  )
}

/** All text below an element. */
export function textOf(element: XmlElement | undefined): string {
  if (element === undefined) return ''
  return element.children.map((child) => (typeof child === 'string' ? child : textOf(child))).join('')
}
