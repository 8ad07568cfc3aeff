import { elementAt, elementsOf, type XmlElement } from '../xml-tree.js'

interface Level {
  start: number
  format: string
  /** `%1.%2)`: numbers of the levels with what stands around them. */
  text: string
  style: string | undefined
  isDecimal: boolean
  neverRestarts: boolean
}

interface List {
  /** Lists with one definition count on together. */
  definition: string
  levels: Level[]
  /** Levels that begin anew when the list is first used. */
  starts: Map<number, number>
}

/** What stands before a paragraph of a list. */
export interface Mark {
  /** Empty where nothing is shown. */
  text: string
  isBullet: boolean
  /** 0 = outermost. */
  depth: number
}

const LEVELS = 9

/** The lists of a Word document: what number comes next in each. Paragraphs are to be told in their order. */
export class DocxNumbering {
  readonly #lists = new Map<string, List>()
  readonly #counters = new Map<string, (number | undefined)[]>()
  readonly #begun = new Set<string>()

  constructor(part: XmlElement | undefined) {
    const definitions = new Map<string, XmlElement>()
    const linked = new Map<string, string>()
    for (const one of elementsOf(part, 'w:abstractNum')) {
      const id = one.attributes['w:abstractNumId'] ?? ''
      definitions.set(id, one)
      const style = elementAt(one, 'w:styleLink')?.attributes['w:val']
      if (style !== undefined) linked.set(style, id)
    }
    for (const one of elementsOf(part, 'w:num')) {
      const named = elementAt(one, 'w:abstractNumId')?.attributes['w:val'] ?? ''
      const style = elementAt(definitions.get(named), 'w:numStyleLink')?.attributes['w:val'] ?? ''
      const definition = linked.get(style) ?? named
      this.#lists.set(one.attributes['w:numId'] ?? '', readList(one, definition, definitions.get(definition)))
    }
  }

  /** The level that belongs to a style, for lists that are chosen by style. */
  levelOfStyle(list: string, style: string | undefined): number | undefined {
    const at = this.#lists
      .get(list)
      ?.levels.findIndex((level) => style !== undefined && level.style === style)
    return at === undefined || at < 0 ? undefined : at
  }

  /** Counts one paragraph, and says what stands before it; undefined when there is no such list. */
  next(list: string, level: number): Mark | undefined {
    const found = this.#lists.get(list)
    const depth = Math.min(Math.max(level, 0), LEVELS - 1)
    const own = found?.levels[depth]
    if (found === undefined || own === undefined) return undefined
    const counters = this.#count(list, found, depth, own)
    if (own.format === 'bullet') return { text: '-', isBullet: true, depth }
    const text = own.text.replace(/%([1-9])/g, (_, digit: string) => {
      const at = Number(digit) - 1
      const shown = found.levels[at]
      return formatted(counters[at] ?? shown?.start ?? 1, own.isDecimal ? 'decimal' : (shown?.format ?? ''))
    })
    return { text: text.trim(), isBullet: false, depth }
  }

  #count(id: string, list: List, depth: number, own: Level): (number | undefined)[] {
    const counters = this.#counters.get(list.definition) ?? new Array<number | undefined>(LEVELS)
    this.#counters.set(list.definition, counters)
    const start = list.starts.get(depth)
    const isFirst = start !== undefined && !this.#begun.has(`${id} ${depth}`)
    this.#begun.add(`${id} ${depth}`)
    const before = counters[depth]
    counters[depth] = isFirst ? start : before === undefined ? own.start : before + 1
    for (let deeper = depth + 1; deeper < LEVELS; deeper += 1)
      if (list.levels[deeper]?.neverRestarts !== true) counters[deeper] = undefined
    for (let outer = 0; outer < depth; outer += 1) counters[outer] ??= list.levels[outer]?.start ?? 1
    return counters
  }
}

function readList(one: XmlElement, definition: string, abstract: XmlElement | undefined): List {
  const levels: Level[] = []
  const starts = new Map<number, number>()
  const put = (level: XmlElement) => {
    const at = Number(level.attributes['w:ilvl'])
    if (at >= 0 && at < LEVELS) levels[at] = readLevel(level)
  }
  elementsOf(abstract, 'w:lvl').forEach(put)
  for (const override of elementsOf(one, 'w:lvlOverride')) {
    const start = elementAt(override, 'w:startOverride')?.attributes['w:val']
    if (start !== undefined) starts.set(Number(override.attributes['w:ilvl']), Number(start) || 0)
    elementsOf(override, 'w:lvl').forEach(put)
  }
  return { definition, levels, starts }
}

function readLevel(level: XmlElement): Level {
  const value = (name: string) => elementAt(level, name)?.attributes['w:val']
  return {
    start: Number(value('w:start') ?? 1) || 0,
    format: value('w:numFmt') ?? 'decimal',
    text: value('w:lvlText') ?? '',
    style: value('w:pStyle'),
    isDecimal: elementAt(level, 'w:isLgl') !== undefined,
    neverRestarts: value('w:lvlRestart') === '0',
  }
}

/** A number as a list shows it. */
export function formatted(value: number, format: string): string {
  switch (format) {
    case 'none':
      return ''
    case 'decimalZero':
      return String(value).padStart(2, '0')
    case 'lowerLetter':
      return letters(value)
    case 'upperLetter':
      return letters(value).toUpperCase()
    case 'lowerRoman':
      return roman(value).toLowerCase()
    case 'upperRoman':
      return roman(value)
    default:
      return String(value)
  }
}

/** a … z, aa, bb: Word repeats the letter. */
function letters(value: number): string {
  if (value < 1 || value > 26 * 30) return String(value)
  return String.fromCharCode(97 + ((value - 1) % 26)).repeat(Math.ceil(value / 26))
}

const ROMAN: [number, string][] = [
  ...([
    [1000, 'M'],
    [900, 'CM'],
    [500, 'D'],
    [400, 'CD'],
    [100, 'C'],
    [90, 'XC'],
  ] as [number, string][]),
  ...([
    [50, 'L'],
    [40, 'XL'],
    [10, 'X'],
    [9, 'IX'],
    [5, 'V'],
    [4, 'IV'],
    [1, 'I'],
  ] as [number, string][]),
]

function roman(value: number): string {
  if (value < 1 || value > 4999) return String(value)
  let rest = value
  let text = ''
  for (const [size, sign] of ROMAN)
    while (rest >= size) {
      text += sign
      rest -= size
    }
  return text
}
