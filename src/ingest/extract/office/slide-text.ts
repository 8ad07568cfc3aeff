import { type BlockList } from '../block-list.js'
import { elementAt, elementsOf, outermost, textOf, type XmlElement } from '../xml-tree.js'
import { formatted } from './docx-numbering.js'
import { equationText } from './equation.js'

/** What stands before a paragraph, of a list or not. */
type Bullet = { kind: 'none' | 'sign' } | { kind: 'number'; type: string; start: number }

/**
 * Adds the paragraphs of a shape's text, those with a bullet as items of a list.
 * @param styles where the shape's bullets are said (`a:lstStyle` and what is alike), the nearest first
 */
export function addText(list: BlockList, body: XmlElement | undefined, styles: XmlElement[]): void {
  const counts: (number | undefined)[] = []
  for (const paragraph of elementsOf(body, 'a:p')) {
    const text = paragraphText(paragraph)
    if (text.trim() === '') continue
    const properties = elementAt(paragraph, 'a:pPr')
    const depth = Math.min(Math.max(Number(properties?.attributes.lvl ?? 0), 0), 8) || 0
    const bullet = bulletOf(properties) ?? styledBullet(styles, depth) ?? { kind: 'none' }
    counts.length = Math.min(counts.length, depth + 1)
    if (bullet.kind === 'number') {
      const count = counts[depth] ?? bullet.start
      counts[depth] = count + 1
      list.item(text, numberMark(count, bullet.type), depth)
      continue
    }
    counts[depth] = undefined
    if (bullet.kind === 'sign') list.item(text, '-', depth)
    else list.paragraph(text)
  }
}

/** The text of one paragraph, with its line breaks and equations. */
export function paragraphText(paragraph: XmlElement): string {
  return elementsOf(paragraph)
    .map((part) => {
      if (part.name === 'a:br') return '\n'
      if (part.name === 'mc:AlternateContent') {
        const [first] = elementsOf(part)
        return first === undefined ? '' : paragraphText(first)
      }
      const equations = outermost(part, 'm:oMath')
      if (equations.length > 0) return equations.map(equationText).join(' ')
      return textOf(elementAt(part, 'a:t'))
    })
    .join('')
}

function styledBullet(styles: XmlElement[], depth: number): Bullet | undefined {
  const own = styles.map((style) => bulletOf(elementAt(style, `a:lvl${depth + 1}pPr`)))
  return own.find((bullet) => bullet !== undefined)
}

function bulletOf(properties: XmlElement | undefined): Bullet | undefined {
  for (const { name, attributes } of elementsOf(properties)) {
    if (name === 'a:buNone') return { kind: 'none' }
    if (name === 'a:buChar' || name === 'a:buBlip') return { kind: 'sign' }
    if (name === 'a:buAutoNum')
      return { kind: 'number', type: attributes.type ?? '', start: Number(attributes.startAt ?? 1) || 1 }
  }
  return undefined
}

/** `arabicPeriod`, `alphaLcParenBoth`, `romanUcParenR` … (ECMA-376, 20.1.10.61). */
function numberMark(count: number, type: string): string {
  const letters = type.startsWith('alpha') ? 'Letter' : type.startsWith('roman') ? 'Roman' : undefined
  const format = letters === undefined ? 'decimal' : `${type.includes('Uc') ? 'upper' : 'lower'}${letters}`
  const number = formatted(count, format)
  if (type.endsWith('ParenBoth')) return `(${number})`
  return type.endsWith('ParenR') ? `${number})` : `${number}.`
}
