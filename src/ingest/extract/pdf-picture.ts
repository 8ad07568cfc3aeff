import { createCanvas } from '@napi-rs/canvas'
import { OPS } from 'pdfjs-dist/legacy/build/pdf.mjs'
import { greyOf, MOST_PIXELS, type GreyPicture } from './grey-picture.js'
import { multiply, type Matrix } from './matrix.js'
import type { PdfPage } from './pdf-document.js'

/** Recognition was made for pages scanned like this; PDF measures 72 points to the inch. */
const DOTS_PER_POINT = 300 / 72
/** Letters drawn as shapes need so many; rules and frames are fewer. */
const MANY_SHAPES = 100

const IMAGES: ReadonlySet<number> = new Set([
  ...[OPS.paintImageXObject, OPS.paintInlineImageXObject, OPS.paintImageMaskXObject],
])
const MANY_IMAGES: ReadonlySet<number> = new Set([
  ...[OPS.paintImageMaskXObjectGroup, OPS.paintInlineImageXObjectGroup],
  ...[OPS.paintImageXObjectRepeat, OPS.paintImageMaskXObjectRepeat],
])

/** What a page shows besides text. */
export interface Drawn {
  /** Share of the page under pictures, 0 to 1; a picture that is repeated counts as the whole page. */
  pictures: number
  /** Whether so much is drawn by lines that it may be letters. */
  shapes: boolean
}

/** Looks at what the page draws, without drawing it. @throws Error when the page is damaged. */
export async function lookAtPage(page: PdfPage): Promise<Drawn> {
  const { fnArray, argsArray } = await page.getOperatorList()
  const { width, height } = page.getViewport({ scale: 1 })
  let at: Matrix = [1, 0, 0, 1, 0, 0]
  const saved: Matrix[] = []
  let covered = 0
  let shapes = 0
  fnArray.forEach((operation, index) => {
    const given: unknown = argsArray[index]
    if (operation === OPS.save || operation === OPS.paintFormXObjectBegin) saved.push(at)
    if (operation === OPS.restore || operation === OPS.paintFormXObjectEnd) at = saved.pop() ?? at
    const matrix =
      operation === OPS.transform ? given : operation === OPS.paintFormXObjectBegin && first(given)
    if (isMatrix(matrix)) at = multiply(at, matrix)
    if (IMAGES.has(operation)) covered += Math.abs(at[0] * at[3] - at[1] * at[2])
    if (MANY_IMAGES.has(operation)) covered = Infinity
    if (operation === OPS.constructPath) shapes += 1
  })
  return { pictures: Math.min(1, covered / Math.max(1, width * height)), shapes: shapes >= MANY_SHAPES }
}

function first(list: unknown): unknown {
  return Array.isArray(list) ? list[0] : undefined
}

function isMatrix(value: unknown): value is Matrix {
  const list = ArrayBuffer.isView(value) && 'length' in value ? Array.from(value as Float32Array) : value
  return Array.isArray(list) && list.length === 6 && list.every((one) => typeof one === 'number')
}

/**
 * Draws a page, as sharp as recognition needs it.
 * @throws Error when that takes longer than `withinMs`, or the page is damaged.
 */
export async function drawPage(page: PdfPage, withinMs: number): Promise<GreyPicture> {
  const size = page.getViewport({ scale: 1 })
  const scale = Math.min(DOTS_PER_POINT, Math.sqrt(MOST_PIXELS / (size.width * size.height)))
  const viewport = page.getViewport({ scale })
  const [width, height] = [Math.max(1, Math.floor(viewport.width)), Math.max(1, Math.floor(viewport.height))]
  const canvas = createCanvas(width, height)
  const context = canvas.getContext('2d')
  // @NOTE its type is a browser's; pdf.js draws on either.
  const task = page.render({ canvas: canvas as never, canvasContext: context as never, viewport })
  const timer = setTimeout(() => {
    task.cancel()
  }, withinMs)
  try {
    await task.promise
    return greyOf(canvas.data(), width, height)
  } finally {
    clearTimeout(timer)
  }
}
