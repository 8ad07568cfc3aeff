import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { extract } from '../../src/ingest/extract/extract.js'
import { GeneratedLibrary } from './generated.js'
import { below, type Target } from './retrieval-report.js'
import { nextManual } from './retrieval-seed.js'

const LINES_PER_PAGE = 45
const LINE_CHARACTERS = 90
const ROUNDS = 3
const MOST_BYTES = 2 ** 28

/** Pages a second of our extraction, and of poppler's pdftotext where that is installed. */
export async function measurePdf(dir: string, given: string | undefined, pages: number): Promise<Target[]> {
  const file = given ?? join(dir, 'generated.pdf')
  if (given === undefined) await writeFile(file, pdfOf(pages))
  const bytes = await readFile(file)
  const found = await extract(bytes, { fileName: 'measured.pdf' })
  const count = found.pages ?? 0
  const ours = await best(() => extract(bytes, { fileName: 'measured.pdf' }))
  const theirs = await best(() =>
    promisify(execFile)('pdftotext', ['-layout', file, '-'], { maxBuffer: MOST_BYTES }),
  ).catch((error: unknown) => {
    if ((error as { code?: unknown }).code === 'ENOENT') return undefined
    throw error
  })
  const name = `PDF pages a second (${String(count)} pages)`
  return [
    below(name, count / ours, ''),
    theirs === undefined
      ? { name: 'the same by pdftotext', limit: '–', found: 'absent', met: undefined }
      : below('the same by pdftotext', count / theirs, ''),
  ]
}

/** Seconds of the fastest of some tries. */
async function best(work: () => Promise<unknown>): Promise<number> {
  const times: number[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    const began = performance.now()
    await work()
    times.push((performance.now() - began) / 1000)
  }
  return Math.min(...times)
}

/** A PDF of so many pages of generated manuals. */
function pdfOf(pages: number): string {
  const library = new GeneratedLibrary(2)
  const words: string[] = []
  while (words.length < (pages * LINES_PER_PAGE * LINE_CHARACTERS) / 5)
    words.push(
      ...nextManual(library).sections.flatMap(({ section, text }) => `${section}. ${text}`.split(' ')),
    )
  const page = () => {
    const lines: string[] = []
    while (lines.length < LINES_PER_PAGE) {
      let line = ''
      while (line.length < LINE_CHARACTERS && words.length > 0) line += `${words.shift() ?? ''} `
      lines.push(
        line
          .normalize('NFD')
          .replace(/[^ -~]/g, '')
          .replace(/[\\()]/g, ''),
      )
    }
    return `BT /F1 9 Tf 12 TL 40 780 Td ${lines.map((line) => `(${line}) Tj T*`).join('\n')} ET`
  }
  return assembled(Array.from({ length: pages }, page))
}

function assembled(contents: readonly string[]): string {
  const kids = contents.map((_, at) => `${String(4 + 2 * at)} 0 R`).join(' ')
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    `<< /Type /Pages /Count ${String(contents.length)} /Kids [${kids}] >>`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
    ...contents.flatMap((content, at) => [
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents ${String(5 + 2 * at)} 0 R /Resources << /Font << /F1 3 0 R >> >> >>`,
      `<< /Length ${String(content.length)} >>\nstream\n${content}\nendstream`,
    ]),
  ]
  let text = '%PDF-1.4\n'
  const places = objects.map((object, at) => {
    const place = text.length
    text += `${String(at + 1)} 0 obj\n${object}\nendobj\n`
    return `${String(place).padStart(10, '0')} 00000 n \n`
  })
  const size = String(objects.length + 1)
  return `${text}xref\n0 ${size}\n0000000000 65535 f \n${places.join('')}trailer << /Size ${size} /Root 1 0 R >>\nstartxref\n${String(text.length)}\n%%EOF\n`
}
