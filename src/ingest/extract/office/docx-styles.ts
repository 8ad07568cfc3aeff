import { elementAt, elementsOf, type XmlElement } from '../xml-tree.js'

/** Where a paragraph stands in a numbered or bulleted list. */
export interface ListPlace {
  list: string | undefined
  level: number | undefined
}

/** What a style of paragraphs says, its own ancestors included. */
export interface ParagraphStyle {
  /** Of a heading: 1 = outermost. */
  heading: number | undefined
  isTitle: boolean
  isCode: boolean
  place: ListPlace
}

interface Entry {
  id: string
  name: string
  basedOn: string | undefined
  properties: XmlElement | undefined
}

const PLAIN: ParagraphStyle = {
  heading: undefined,
  isTitle: false,
  isCode: false,
  place: { list: undefined, level: undefined },
}
/** Styles are based on each other a few times at most; more is a circle. */
const MOST_ANCESTORS = 20
/** The level that says of a paragraph that it is none of the outline's. */
const BODY_LEVEL = 9

/** The styles of a Word document, by their ids. */
export class DocxStyles {
  readonly #entries = new Map<string, Entry>()
  readonly #read = new Map<string, ParagraphStyle>()
  readonly #tables = new Set<string>()
  #usual: string | undefined

  constructor(part: XmlElement | undefined) {
    for (const style of elementsOf(part, 'w:style')) {
      const id = style.attributes['w:styleId'] ?? ''
      const name = (elementAt(style, 'w:name')?.attributes['w:val'] ?? '').toLowerCase()
      const basedOn = elementAt(style, 'w:basedOn')?.attributes['w:val']
      this.#entries.set(id, { id, name, basedOn, properties: elementAt(style, 'w:pPr') })
      const { 'w:type': type, 'w:default': isDefault } = style.attributes
      if (type === 'paragraph' && isOn(isDefault, false)) this.#usual = id
      const parts = elementsOf(style, 'w:tblStylePr')
      if (parts.some(({ attributes }) => attributes['w:type'] === 'firstRow')) this.#tables.add(id)
    }
  }

  /** A paragraph's style by its id, or the usual one. */
  paragraph(id: string | undefined): ParagraphStyle {
    const key = id ?? this.#usual
    if (key === undefined) return PLAIN
    const style = this.#read.get(key) ?? this.#resolve(key)
    this.#read.set(key, style)
    return style
  }

  /** Whether a style of tables sets the first row off. */
  setsFirstRowOff(id: string): boolean {
    return this.#ancestors(id).some((entry) => this.#tables.has(entry.id))
  }

  #resolve(id: string): ParagraphStyle {
    const chain = this.#ancestors(id)
    const names = chain.map(({ name }) => name)
    const [nearest] = chain.flatMap((entry) => outlineOf(entry) ?? [])
    const places = chain.map(({ properties }) => placeOf(properties))
    return {
      heading: nearest === undefined || nearest > BODY_LEVEL ? undefined : nearest,
      isTitle: names.includes('title'),
      isCode: names.some((name) => CODE.test(name)),
      place: {
        list: places.find(({ list }) => list !== undefined)?.list,
        level: places.find(({ level }) => level !== undefined)?.level,
      },
    }
  }

  /** A style and what it is based on. */
  #ancestors(id: string): Entry[] {
    const chain: Entry[] = []
    let entry = this.#entries.get(id)
    while (entry !== undefined && chain.length < MOST_ANCESTORS) {
      chain.push(entry)
      entry = entry.basedOn === undefined ? undefined : this.#entries.get(entry.basedOn)
    }
    return chain
  }
}

const CODE = /^(?:source ?code|code(?: block)?|html preformatted|preformatted text|macro(?: text)?)$/

/** 1 to 9, or 10 for what is said to be none of the outline's; undefined when nothing is said. */
function outlineOf({ name, properties }: Entry): number | undefined {
  const level = outlineLevel(properties)
  if (level !== undefined) return level
  const named = /^heading ([1-9])$/.exec(name)?.[1]
  return named !== undefined ? Number(named) : name === 'title' ? 1 : undefined
}

/** What a paragraph's properties say of its place in the outline: 1 to 9, 10 for none; undefined for nothing. */
export function outlineLevel(properties: XmlElement | undefined): number | undefined {
  const value = elementAt(properties, 'w:outlineLvl')?.attributes['w:val']
  const level = Number(value)
  return value === undefined || !Number.isInteger(level) ? undefined : Math.max(level, 0) + 1
}

/** The list a paragraph's properties put it in. */
export function placeOf(properties: XmlElement | undefined): ListPlace {
  const numbering = elementAt(properties, 'w:numPr')
  const level = elementAt(numbering, 'w:ilvl')?.attributes['w:val']
  return {
    list: elementAt(numbering, 'w:numId')?.attributes['w:val'],
    level: level === undefined ? undefined : Number(level),
  }
}

/** Word's way to say yes or no: an element without a value says yes. */
export function isOn(value: string | undefined, otherwise = true): boolean {
  return value === undefined ? otherwise : !['0', 'false', 'off', 'none'].includes(value)
}
