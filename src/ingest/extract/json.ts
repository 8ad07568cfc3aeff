import type { Block } from '../../retrieval/chunk.js'
import { detectLanguage } from '../../retrieval/language.js'
import type { Extraction } from './extraction.js'
import { parseRecords } from './records.js'
import { tableLines } from './table-lines.js'
import { extractText } from './text.js'

/** Deeper values are not read: nobody writes them by hand. */
const MAX_DEPTH = 50
const DEEPEST_HEADING = 6
/** Records with more fields, or longer texts, than fit a line are a section each. */
const MOST_COLUMNS = 30
const LONGEST_CELL = 200
const LONGEST_NAME = 150
/** The field that a record goes by, the surest first. */
const NAMES = ['question', 'title', 'titre', 'name', 'nom', 'subject', 'sujet', 'label', 'heading', 'id']

type Fields = Record<string, unknown>

/**
 * JSON as text that reads alone: lists of small records as tables, other records as sections under their name, and
 * whatever else as `name: value` lines under the names that lead to it.
 */
export function extractJson(source: string): Extraction {
  const records = parseRecords(source)
  if (records === undefined) return extractText(source)
  const writer = new JsonWriter()
  writer.value(records.value, 1)
  const sample = writer.blocks.map(({ text }) => text).join('\n')
  return {
    mediaType: 'application/json',
    blocks: writer.blocks,
    pages: null,
    language: /\p{L}{3}/u.test(sample) ? detectLanguage(sample) : null,
    unreadablePages: [],
    ...(writer.isCut && {
      warnings: [
        { code: 'parts_left_out', message: `What is nested deeper than ${MAX_DEPTH} levels was not read.` },
      ],
    }),
  }
}

class JsonWriter {
  readonly blocks: Block[] = []
  isCut = false

  value(value: unknown, level: number): void {
    if (level > MAX_DEPTH) this.isCut = true
    else if (Array.isArray(value)) this.#array(value, level)
    else if (isFields(value)) this.#fields(Object.entries(value), level)
    else this.#push('paragraph', scalar(value))
  }

  #array(values: unknown[], level: number): void {
    const records = values.filter(isFields)
    const isRecords = records.length === values.length && values.length > 0
    const rows = isRecords ? records.map(flatFields) : []
    if (isRecords && rows.every((row) => row !== undefined)) this.#rows(rows, level)
    else if (isRecords) for (const record of records) this.#record(record, level)
    else if (values.every((value) => !isNested(value))) this.#push('list', listOf(values))
    else for (const value of values) this.value(value, level + 1)
  }

  #rows(rows: Map<string, string>[], level: number): void {
    const names = [...new Set(rows.flatMap((row) => [...row.keys()]))]
    const isLong = rows.some((row) => [...row.values()].some((text) => text.length > LONGEST_CELL))
    if (names.length <= MOST_COLUMNS && !isLong) {
      const cells = rows.map((row) => names.map((name) => row.get(name) ?? ''))
      this.#push('table', tableLines(names, cells).join('\n'))
    } else for (const row of rows) this.#record(Object.fromEntries(row), level)
  }

  #record(record: Fields, level: number): void {
    const entries = Object.entries(record)
    const lower = new Map(entries.map(([name]) => [name.toLowerCase(), name]))
    const key = NAMES.flatMap((name) => lower.get(name) ?? []).find((name) => isName(record[name]))
    if (key !== undefined) this.#heading(scalar(record[key]), level)
    this.#fields(
      entries.filter(([name]) => name !== key),
      level + 1,
    )
  }

  /** Values first, then what is nested, each under its name. */
  #fields(entries: [string, unknown][], level: number): void {
    const lines = entries.flatMap(([name, value]) => {
      const text = isNested(value) ? plainList(value) : scalar(value)
      return text === undefined || text === '' ? [] : [{ name, text }]
    })
    const short = lines.filter(({ text }) => text.length <= LONGEST_CELL)
    this.#push('list', short.map(({ name, text }) => `- ${name}: ${text.replace(/\s+/gu, ' ')}`).join('\n'))
    for (const { name, text } of lines.filter((line) => !short.includes(line))) {
      for (const [at, part] of text.split(/\n\s*\n/).entries())
        this.#push('paragraph', at === 0 ? `${name}: ${part}` : part)
    }
    for (const [name, value] of entries) {
      if (!isNested(value) || plainList(value) !== undefined || isEmpty(value)) continue
      this.#heading(name, level)
      this.value(value, level + 1)
    }
  }

  #heading(text: string, level: number): void {
    const shown = text.replace(/\s+/gu, ' ').trim()
    if (shown !== '')
      this.blocks.push({ kind: 'heading', level: Math.min(level, DEEPEST_HEADING), text: shown, page: null })
  }

  #push(kind: Block['kind'], text: string): void {
    if (text.trim() !== '') this.blocks.push({ kind, text: text.trim(), page: null })
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isNested(value: unknown): boolean {
  return typeof value === 'object' && value !== null
}

function isEmpty(value: unknown): boolean {
  return Object.keys(value as object).length === 0
}

function isName(value: unknown): boolean {
  const text = scalar(value).trim()
  return text !== '' && text.length <= LONGEST_NAME && !text.includes('\n')
}

/** A short list of plain values in one line; undefined for any other. */
function plainList(value: unknown): string | undefined {
  if (!Array.isArray(value) || value.some(isNested)) return undefined
  return value.map(scalar).filter(Boolean).join(', ')
}

function listOf(values: unknown[]): string {
  return values
    .map((value) => scalar(value).replace(/\s+/gu, ' ').trim())
    .filter(Boolean)
    .map((text) => `- ${text}`)
    .join('\n')
}

function scalar(value: unknown): string {
  if (typeof value === 'string') return value
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : ''
}

/** A record's values by name, those of one level further down as `outer inner`; undefined where more is nested. */
function flatFields(record: Fields): Map<string, string> | undefined {
  const flat = new Map<string, string>()
  for (const [name, value] of Object.entries(record)) {
    const list = isNested(value) ? plainList(value) : scalar(value)
    if (list !== undefined) flat.set(name, list)
    else if (isFields(value) && !Object.values(value).some(isNested)) {
      for (const [inner, one] of Object.entries(value)) flat.set(`${name} ${inner}`, scalar(one))
    } else return undefined
  }
  return flat
}
