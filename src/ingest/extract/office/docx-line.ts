import { elementAt, elementsOf, outermost, textOf, type XmlElement } from '../xml-tree.js'
import { isOn } from './docx-styles.js'
import { equationText } from './equation.js'

/** The text of a paragraph, and what hangs on it without standing in it. */
export interface Line {
  text: string
  /** Text boxes (`w:txbxContent`), charts and diagrams, in order. */
  hanging: XmlElement[]
}

/** Holds no text, text that was deleted or moved away, or instructions. */
const SKIPPED = new Set(
  `w:pPr w:rPr w:del w:moveFrom w:delText w:delInstrText w:instrText w:sdtPr w:sdtEndPr w:smartTagPr w:customXmlPr
   w:rubyPr w:rt w:annotationRef w:footnoteRef w:endnoteRef w:separator w:continuationSeparator w:pgNum`.split(
    /\s+/,
  ),
)
/** Pictures that private characters of symbol fonts show. */
const SYMBOLS: Record<string, string> = {
  ...{ F0E0: '→', F0DF: '←', F0FC: '✓', F0FB: '✗', F0FE: '☒', F0A8: '☐', F06F: '☐', F0B7: '•', F0A7: '▪' },
  ...{ F0D8: '➢', F0AE: '→', F0B0: '°', F0B1: '±', F0B4: '×', F0B3: '≥', F0A3: '≤', F0B9: '≠', F0BB: '≈' },
}

/** As checklists are written in plain text. */
const CHECKED = '[x]'
const UNCHECKED = '[ ]'

/** @param noteMark what stands in the text for a note, told its kind and id. */
export function readLine(
  elements: XmlElement[],
  noteMark: (kind: 'footnote' | 'endnote', id: string) => string,
): Line {
  const line: Line = { text: '', hanging: [] }
  let isAfterEquation = false
  const all = (element: XmlElement) => elementsOf(element).forEach(read)
  const read = (element: XmlElement): void => {
    const plain = characterOf(element)
    const isEquation = element.name === 'm:oMath'
    if (plain !== undefined) line.text += isEquation && isAfterEquation ? ` ${plain}` : plain
    else if (element.name === 'w:r') {
      if (!isHidden(element)) all(element)
    } else if (element.name === 'w:footnoteReference' || element.name === 'w:endnoteReference') {
      const kind = element.name === 'w:footnoteReference' ? 'footnote' : 'endnote'
      line.text += noteMark(kind, element.attributes['w:id'] ?? '')
    } else if (HANGING.has(element.name))
      line.hanging.push(...outermost(element, 'w:txbxContent', 'c:chart', 'dgm:relIds'))
    else if (element.name === 'w:sdt') {
      const box = elementAt(element, 'w:sdtPr', 'w14:checkbox')
      if (box === undefined) all(contentOf(element))
      else line.text += checkbox(box)
    } else if (element.name === 'mc:AlternateContent') readAlternative(element, line, noteMark)
    else if (!SKIPPED.has(element.name)) all(element)
    isAfterEquation = isEquation
  }
  elements.forEach(read)
  return line
}

const HANGING = new Set(['w:drawing', 'w:pict', 'w:object'])

/** What a content control holds: nothing while it only shows what to fill in. */
export function contentOf(control: XmlElement): XmlElement {
  const prompt = elementAt(control, 'w:sdtPr', 'w:showingPlcHdr')
  const isPrompt = prompt !== undefined && isOn(prompt.attributes['w:val'])
  const content = isPrompt ? undefined : elementAt(control, 'w:sdtContent')
  return content ?? { name: '', attributes: {}, children: [] }
}

/** The first way to show something that can be read. */
function readAlternative(element: XmlElement, line: Line, noteMark: Parameters<typeof readLine>[1]): void {
  for (const way of elementsOf(element)) {
    const found = readLine(elementsOf(way), noteMark)
    if (found.text.trim() === '' && found.hanging.length === 0) continue
    line.text += found.text
    line.hanging.push(...found.hanging)
    return
  }
}

/** The characters that an element stands for; undefined for what is more than characters. */
function characterOf(element: XmlElement): string | undefined {
  switch (element.name) {
    case 'w:t':
      return textOf(element)
    case 'w:tab':
    case 'w:ptab':
      return ' '
    case 'w:br':
      return element.attributes['w:type'] === undefined || element.attributes['w:type'] === 'textWrapping'
        ? '\n'
        : ' '
    case 'w:cr':
      return '\n'
    case 'w:noBreakHyphen':
      return '-'
    case 'w:sym':
      return symbol(element.attributes['w:char'] ?? '')
    case 'w:fldChar':
      return checkbox(elementAt(element, 'w:ffData', 'w:checkBox'))
    case 'm:oMathPara':
      return elementsOf(element, 'm:oMath').map(equationText).join('\n')
    case 'm:oMath':
      return equationText(element)
    default:
      return undefined
  }
}

function symbol(code: string): string {
  const known = SYMBOLS[code.toUpperCase()]
  const value = parseInt(code, 16)
  if (known !== undefined) return known
  const isPrivate = !(value > 0x20) || value > 0xffff || (value >= 0xd800 && value < 0xf900)
  return isPrivate ? '' : String.fromCharCode(value)
}

function checkbox(box: XmlElement | undefined): string {
  if (box === undefined) return ''
  const states = ['w14:checked', 'w:checked', 'w:default'].map((name) => elementAt(box, name)?.attributes)
  const state = states.find((one) => one !== undefined)
  return state !== undefined && isOn(state['w14:val'] ?? state['w:val']) ? CHECKED : UNCHECKED
}

function isHidden(run: XmlElement): boolean {
  const hidden = elementAt(run, 'w:rPr', 'w:vanish')
  return hidden !== undefined && isOn(hidden.attributes['w:val'])
}
