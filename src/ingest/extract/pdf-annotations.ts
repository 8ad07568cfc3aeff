import type { PdfPage } from './pdf-document.js'

/** Text that was put on a page after it was made, in points from the page's bottom left. */
export interface Annotation {
  text: string
  x: number
  y: number
  width: number
  size: number
}

/** What is needed of an annotation as pdf.js tells it. */
interface Told {
  subtype?: string
  rect?: number[]
  hidden?: boolean
  fieldType?: string
  fieldValue?: unknown
  checkBox?: boolean
  contentsObj?: { str?: string }
  defaultAppearanceData?: { fontSize?: number }
}

/** More are not read: no form has so many fields on a page. */
const MOST = 2000
const HIDDEN_FLAG = 2
const USUAL_SIZE = 10
const LINE_HEIGHT = 1.2

/** The values filled in on a page's form, and the texts typed onto it. */
export async function readAnnotations(page: PdfPage): Promise<Annotation[]> {
  const told = (await page.getAnnotations()) as (Told & { annotationFlags?: number })[]
  return told.slice(0, MOST).flatMap((one) => {
    const text = ((one.annotationFlags ?? 0) & HIDDEN_FLAG) === 0 ? textOf(one) : ''
    const [left = 0, bottom = 0, right = 0, top = 0] = one.rect ?? []
    const given = one.defaultAppearanceData?.fontSize ?? 0
    const size = Math.min(given > 0 ? given : USUAL_SIZE, Math.max(1, top - bottom))
    const lines = text.split(/\r\n?|\n/u).filter((line) => line.trim() !== '')
    const isOneLine = lines.length === 1
    return lines.map((line, index) => ({
      text: line,
      x: left,
      y: isOneLine ? (bottom + top) / 2 - size / 3 : top - size * (1 + index * LINE_HEIGHT),
      width: right - left,
      size,
    }))
  })
}

function textOf({ subtype, fieldType, fieldValue, checkBox, contentsObj }: Told): string {
  if (subtype === 'FreeText') return contentsObj?.str ?? ''
  if (subtype !== 'Widget') return ''
  if (fieldType === 'Btn')
    return checkBox && typeof fieldValue === 'string' && fieldValue !== 'Off' ? '☒' : ''
  if (Array.isArray(fieldValue)) return fieldValue.filter((one) => typeof one === 'string').join(', ')
  return typeof fieldValue === 'string' ? fieldValue : ''
}
