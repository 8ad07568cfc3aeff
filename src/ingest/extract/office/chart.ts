import type { Block } from '../../../retrieval/chunk.js'
import { BlockList, oneLine } from '../block-list.js'
import { elementAt, elementsOf, outermost, textOf, type XmlElement } from '../xml-tree.js'

/** A chart's title, the titles of its axes, and its numbers as a table: one row per category, one column per series. */
export function chartBlocks(part: XmlElement): Block[] {
  const list = new BlockList()
  const chart = elementAt(part, 'c:chart')
  const plot = elementAt(chart, 'c:plotArea')
  list.paragraph(titleOf(chart))
  list.paragraph(elementsOf(plot).map(titleOf).filter(Boolean).join(' / '))
  const series = outermost(plot, 'c:ser').map(readSeries)
  const places = [...new Set(series.flatMap(({ values }) => [...values.keys()]))].sort((a, b) => a - b)
  const names = series.map(({ name }) => ({ text: name }))
  const rows = places.map((place) => [
    { text: series.map(({ categories }) => categories.get(place)).find((name) => name !== undefined) ?? '' },
    ...series.map(({ values }) => ({ text: values.get(place) ?? '' })),
  ])
  list.table([[{ text: '' }, ...names], ...rows], true)
  return list.blocks
}

interface Series {
  name: string
  categories: Map<number, string>
  values: Map<number, string>
}

function readSeries(series: XmlElement): Series {
  const categories = elementAt(series, 'c:cat') ?? elementAt(series, 'c:xVal')
  const values = elementAt(series, 'c:val') ?? elementAt(series, 'c:yVal')
  const name = [...points(elementAt(series, 'c:tx')).values()].join(' ')
  return {
    name: name === '' ? oneLine(textOf(elementAt(series, 'c:tx', 'c:v'))) : name,
    categories: points(categories),
    values: points(values),
  }
}

/** What a chart keeps of the cells it refers to; levels of a category that has several are joined. */
function points(element: XmlElement | undefined): Map<number, string> {
  const found = new Map<number, string>()
  for (const point of outermost(element, 'c:pt')) {
    const place = Number(point.attributes.idx)
    const text = plainNumber(oneLine(textOf(elementAt(point, 'c:v'))))
    const inner = found.get(place)
    found.set(place, inner === undefined ? text : `${text} ${inner}`)
  }
  return found
}

/** Without the digits that binary fractions leave: 4.2999999999999998 is 4.3. */
function plainNumber(text: string): string {
  return /^-?\d+\.\d{6,}(?:E[-+]?\d+)?$/i.test(text) ? String(Number(Number(text).toPrecision(12))) : text
}

function titleOf(element: XmlElement | undefined): string {
  const title = elementAt(element, 'c:title', 'c:tx')
  return oneLine(outermost(title, 'a:t', 'c:v').map(textOf).join(''))
}
