import { elementAt, elementsOf, textOf, type XmlElement } from '../xml-tree.js'

/** Where the sign of a large operator is left out, it is an integral (ECMA-376, 22.1.2.20). */
const INTEGRAL = '∫'

/** An Office equation (`m:oMath`) in one line, as one types it: `(x+a)^n=∑_(k=0)^n x^k a^(n-k)`. */
export function equationText(element: XmlElement): string {
  const inner = (name: string) => equationText(elementAt(element, name) ?? NOTHING)
  const grouped = (name: string) => group(inner(name))
  const property = (...path: string[]) =>
    elementAt(element, `${element.name}Pr`, ...path)?.attributes['m:val']
  switch (element.name) {
    case 'm:t':
    case 'w:t':
      // @NOTE letters of mathematical alphabets become plain ones, which are found.
      return textOf(element)
        .normalize('NFKC')
        .replace(/[\u2061-\u2064]/g, '')
    case 'm:f':
      return fraction(grouped('m:num'), grouped('m:den'), property('m:type'))
    case 'm:sSup':
      return `${grouped('m:e')}^${grouped('m:sup')}`
    case 'm:sSub':
      return `${grouped('m:e')}_${grouped('m:sub')}`
    case 'm:sSubSup':
      return `${grouped('m:e')}_${grouped('m:sub')}^${grouped('m:sup')}`
    case 'm:sPre':
      return `_${grouped('m:sub')}^${grouped('m:sup')} ${grouped('m:e')}`
    case 'm:nary':
      return `${property('m:chr') ?? INTEGRAL}${bound('_', inner('m:sub'))}${bound('^', inner('m:sup'))} ${inner('m:e')}`
    case 'm:rad':
      return `${inner('m:deg')}√${grouped('m:e')}`
    case 'm:func':
      return ` ${inner('m:fName').trim()} ${grouped('m:e')}`
    case 'm:limLow':
      return `${inner('m:e')}_${grouped('m:lim')}`
    case 'm:limUpp':
      return `${inner('m:e')}^${grouped('m:lim')}`
    case 'm:d':
      return delimited(element, property)
    case 'm:m':
      return `(${joined(element, 'm:mr', '; ')})`
    case 'm:mr':
      return joined(element, 'm:e', ', ')
    case 'm:eqArr':
      return joined(element, 'm:e', '; ')
    case 'm:acc':
      return `${inner('m:e')}${property('m:chr') ?? '\u0302'}`
    default:
      return element.name.endsWith('Pr') ? '' : sequence(element)
  }
}

const NOTHING: XmlElement = { name: '', attributes: {}, children: [] }

/** What stands side by side; what follows a raised or lowered letter is held apart from it. */
function sequence(element: XmlElement): string {
  let text = ''
  let isAfterScript = false
  for (const child of elementsOf(element)) {
    const next = equationText(child)
    const isWord = /^[\p{L}\p{N}]/u.test(next)
    text += isAfterScript && isWord ? ` ${next}` : next
    if (next !== '') isAfterScript = /^m:s(?:Sup|Sub|SubSup)$/.test(child.name)
  }
  return text
}

function joined(element: XmlElement, name: string, joint: string): string {
  return elementsOf(element, name).map(equationText).join(joint)
}

function delimited(element: XmlElement, property: (name: string) => string | undefined): string {
  const inside = joined(element, 'm:e', property('m:sepChr') ?? '|')
  return `${property('m:begChr') ?? '('}${inside}${property('m:endChr') ?? ')'}`
}

function fraction(over: string, under: string, type: string | undefined): string {
  return type === 'noBar' ? `${over}¦${under}` : `${over}/${under}`
}

function bound(sign: string, text: string): string {
  return text === '' ? '' : sign + group(text)
}

/** One number, one name or what stands in brackets needs none around it. */
function group(text: string): string {
  const trimmed = text.trim()
  const isOne = /^(?:[\p{L}\p{M}]+|[\p{N}.,]+|.|[([][^()[\]]*[)\]])?$/u.test(trimmed)
  return isOne ? trimmed : `(${trimmed})`
}
