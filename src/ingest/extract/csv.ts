import { parse } from 'csv-parse/sync'
import { detectLanguage } from '../../retrieval/language.js'
import type { Extraction } from './extraction.js'
import { gridBlocks } from './grid-blocks.js'

const DELIMITERS = [',', ';', '\t', '|']
const SAMPLE_CHARACTERS = 64 * 1024
const SAMPLE_ROWS = 100

/** Separated values as a table, whatever separates them; each row says its columns' names. */
export function extractCsv(source: string): Extraction {
  const { delimiter, body } = dialectOf(source)
  const rows = rowsOf(body, delimiter)
  const blocks = gridBlocks(rows, { hasHeader: true })
  const sample = blocks.map(({ text }) => text).join('\n')
  return {
    mediaType: 'text/csv',
    blocks,
    pages: null,
    language: /\p{L}{3}/u.test(sample) ? detectLanguage(sample) : null,
    unreadablePages: [],
  }
}

/**
 * Whether a text that nobody called a table is one: rows of the same number of cells. `certain` asks for what no prose
 * has: tabs, or several other separators in every line.
 */
export function isTable(source: string, how: 'likely' | 'certain'): boolean {
  const { delimiter, columns, rows, even } = dialectOf(source)
  if (rows < 3 || columns < 2 || !even) return false
  if (delimiter === '\t') return true
  return columns >= (how === 'certain' ? 4 : 3)
}

interface Dialect {
  delimiter: string
  body: string
  columns: number
  rows: number
  /** Whether every row of the sample has as many cells. */
  even: boolean
}

function dialectOf(source: string): Dialect {
  const said = /^\uFEFF?sep=(.)\r?\n/i.exec(source)
  const body = said === null ? source : source.slice(said[0].length)
  const sample = sampleOf(body)
  const given = said?.[1] === undefined ? DELIMITERS : [said[1]]
  const tried = given.map((delimiter) => ({
    delimiter,
    body,
    ...shapeOf(rowsOf(sample, delimiter, { to: SAMPLE_ROWS })),
  }))
  const [best] = tried.toSorted((a, b) => b.score - a.score)
  return best ?? { delimiter: ',', body, columns: 1, rows: 0, even: true }
}

/** The more rows agree on more than one cell, the better; of equals, what parts more cells. */
function shapeOf(rows: string[][]) {
  const counts = new Map<number, number>()
  for (const { length } of rows) counts.set(length, (counts.get(length) ?? 0) + 1)
  const [[columns, times] = [1, 0]] = [...counts].sort((a, b) => b[1] - a[1] || b[0] - a[0])
  const agreeing = rows.length === 0 || columns < 2 ? 0 : times / rows.length
  const first = (rows[0]?.length ?? 0) > 1 ? 1 : 0
  return {
    columns,
    rows: rows.length,
    even: times === rows.length,
    score: agreeing + first + Math.min(columns, 99) / 1000,
  }
}

function sampleOf(source: string): string {
  if (source.length <= SAMPLE_CHARACTERS) return source
  const end = source.lastIndexOf('\n', SAMPLE_CHARACTERS)
  return source.slice(0, end < 0 ? SAMPLE_CHARACTERS : end)
}

function rowsOf(source: string, delimiter: string, limit: { to?: number } = {}): string[][] {
  const options = {
    delimiter,
    bom: true,
    relax_quotes: true,
    relax_column_count: true,
    skip_empty_lines: true,
    ...limit,
  }
  try {
    return parse(source, options)
  } catch {
    // A quotation mark that is never closed is no quotation mark.
    return parse(source, { ...options, quote: false })
  }
}
