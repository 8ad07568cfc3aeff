import { within } from './deadline.js'
import { multiply } from './matrix.js'
import { readAnnotations, type Annotation } from './pdf-annotations.js'
import type { PdfPage } from './pdf-document.js'
import type { TextItem } from './pdf-columns.js'
import { IS_RIGHT_TO_LEFT, pageLines, type Line } from './pdf-lines.js'

/** A page of text has some thousand runs; one with more than this is a trap. */
const MOST_RUNS = 200_000
/** In font sizes. */
const USUAL_LETTER_WIDTH = 0.5

/** A run of text as pdf.js tells it. */
interface TextRun {
  str: string
  dir: string
  width: number
  transform: number[]
  fontName: string
}

/**
 * The lines of text on a page, in reading order, with what was filled in and noted on it.
 * @throws DeadlineError when that takes longer than `withinMs`, Error when the page is damaged.
 */
export async function readLines(page: PdfPage, number: number, withinMs: number): Promise<Line[]> {
  const { width, height } = page.getViewport({ scale: 1 })
  const runs = await textRuns(page, withinMs)
  const { upright, turned } = placeRuns(page, runs)
  const added = await within(readAnnotations(page), withinMs)
  const items = [...upright, ...added.map((one) => placeAnnotation(page, one))]
  return [...pageLines(items, number, width), ...pageLines(turned, number, height)]
}

async function textRuns(page: PdfPage, withinMs: number): Promise<TextRun[]> {
  const ends = Date.now() + withinMs
  const content = page.streamTextContent() as ReadableStream<{ items: object[] }>
  const reader = content.getReader()
  const runs: TextRun[] = []
  try {
    for (;;) {
      const { done, value } = await within(reader.read(), Math.max(0, ends - Date.now()))
      if (done) return runs
      for (const item of value.items) if ('str' in item) runs.push(item as TextRun)
      if (runs.length > MOST_RUNS) throw new Error('The page has too many runs of text.')
    }
  } catch (error) {
    // @NOTE pdf.js goes on otherwise.
    reader.cancel(error).catch(() => undefined)
    throw error
  }
}

/** The page's text runs as they stand on the displayed page; those set sideways apart, as if upright. */
function placeRuns(page: PdfPage, runs: TextRun[]): { upright: TextItem[]; turned: TextItem[] } {
  const view = page.getViewport({ scale: 1 }).transform
  const upright: TextItem[] = []
  const turned: TextItem[] = []
  for (const run of runs) {
    const [a, b, c, d, x, y] = multiply(view, run.transform)
    const size = Math.hypot(c, d) || Math.hypot(a, b)
    const sideways = Math.abs(b) > Math.abs(a)
    const item = { text: run.str, width: run.width, size, font: run.fontName, rtl: run.dir === 'rtl' }
    if (sideways) turned.push({ ...item, x: b > 0 ? y : -y, y: b > 0 ? -x : x })
    else upright.push({ ...item, x, y })
  }
  return { upright, turned }
}

function placeAnnotation(page: PdfPage, { text, x, y, width, size }: Annotation): TextItem {
  const [, , , , left, top] = multiply(page.getViewport({ scale: 1 }).transform, [1, 0, 0, 1, x, y])
  // Its width is the field's; what was typed into it takes less.
  const typed = Math.min(width, text.length * size * USUAL_LETTER_WIDTH)
  return { text, x: left, y: top, width: typed, size, font: '', rtl: IS_RIGHT_TO_LEFT.test(text) }
}
