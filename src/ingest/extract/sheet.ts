import { read, type CellObject, type WorkBook, type WorkSheet } from '@e965/xlsx'
import type { Block } from '../../retrieval/chunk.js'
import { detectLanguage } from '../../retrieval/language.js'
import type { SourceWarning } from '../../store/source-row.js'
import { checkArchive } from './archive.js'
import { ExtractionError, MAX_CHARACTERS, type Extraction } from './extraction.js'
import { gridBlocks } from './grid-blocks.js'
import { sheetCharts } from './sheet-charts.js'
import { sheetTables } from './sheet-tables.js'

/** Rows of one sheet that are read: more are a database, and no text that anyone is answered from. */
const MAX_ROWS = 100_000

/**
 * The sheets of a workbook (XLSX, XLSM, XLSB, XLS, ODS, XML): each a heading with its name, then its tables, cells as
 * they are displayed, and its comments; then its charts. Hidden sheets are left out, and told.
 * @throws ExtractionError for a damaged or encrypted workbook, and for one that unpacks to too much.
 */
export async function extractSheet(bytes: Uint8Array): Promise<Extraction> {
  const isArchive = bytes[0] === 0x50 && bytes[1] === 0x4b
  if (isArchive) await checkArchive(bytes)
  const workbook = open(bytes)
  const reader = new WorkbookReader(workbook)
  const blocks = [...reader.blocks(), ...(isArchive ? await sheetCharts(bytes) : [])]
  const sample = blocks.map(({ text }) => text).join('\n')
  return {
    mediaType: mediaTypeOf(workbook),
    ...(workbook.Props?.Title !== undefined && { title: workbook.Props.Title }),
    blocks,
    pages: null,
    language: /\p{L}{3}/u.test(sample) ? detectLanguage(sample) : null,
    unreadablePages: [],
    warnings: reader.warnings,
  }
}

function open(bytes: Uint8Array): WorkBook {
  try {
    return read(bytes, {
      type: 'array',
      dense: true,
      cellNF: true,
      cellHTML: false,
      cellFormula: false,
      sheetRows: MAX_ROWS + 1,
      dateNF: 'yyyy-mm-dd',
    })
  } catch (error) {
    const message = error instanceof Error ? error.message : ''
    if (/password|encrypt/i.test(message)) {
      throw new ExtractionError(
        'The workbook is protected by a password; remove the protection and load it again.',
        {
          cause: error,
        },
      )
    }
    throw new ExtractionError('The workbook is damaged or incomplete and cannot be opened.', { cause: error })
  }
}

function mediaTypeOf({ bookType }: WorkBook): string {
  switch (bookType) {
    case 'ods':
    case 'fods':
      return 'application/vnd.oasis.opendocument.spreadsheet'
    case 'xlsx':
    case 'xlsm':
    case 'xlsb':
      return 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'
    default:
      return 'application/vnd.ms-excel'
  }
}

class WorkbookReader {
  readonly warnings: SourceWarning[] = []
  readonly #workbook: WorkBook
  #characters = 0

  constructor(workbook: WorkBook) {
    this.#workbook = workbook
  }

  blocks(): Block[] {
    const { SheetNames: names, Sheets: sheets, Workbook: facts } = this.#workbook
    const isHidden = (at: number) => (facts?.Sheets?.[at]?.Hidden ?? 0) !== 0
    const hidden = names.filter((_, at) => isHidden(at))
    // A workbook that hides everything has nothing else to say.
    const shown = hidden.length === names.length ? names : names.filter((_, at) => !isHidden(at))
    if (shown !== names && hidden.length > 0) {
      this.#warn(
        `${hidden.length === 1 ? 'One hidden sheet was' : `${String(hidden.length)} hidden sheets were`} not read.`,
      )
    }
    return shown.flatMap((name) => this.#sheet(name, sheets[name] ?? {}))
  }

  #sheet(name: string, sheet: WorkSheet): Block[] {
    if (this.#characters > MAX_CHARACTERS) return []
    const { tables, isCut } = sheetTables(sheet, MAX_ROWS, MAX_CHARACTERS - this.#characters)
    if (isCut)
      this.#warn(`Only the beginning of the sheet “${name.slice(0, 100)}” was read: it holds too much.`)
    const blocks: Block[] = []
    const heading = (): Block => ({ kind: 'heading', level: 2, text: name.trim() || 'Sheet', page: null })
    let isTitled = false
    for (const table of tables) {
      const own = gridBlocks(table, { titleLevel: 3 })
      // A table without a title does not belong to the one before.
      if (isTitled && own[0]?.kind === 'table') blocks.push(heading())
      isTitled = own.some(({ kind }) => kind === 'heading') || (isTitled && own[0]?.kind !== 'table')
      blocks.push(...own)
    }
    const comments = commentsOf(sheet)
    if (comments.length > 0) blocks.push({ kind: 'list', text: comments.join('\n'), page: null })
    for (const { text } of blocks) this.#characters += text.length
    if (this.#characters > MAX_CHARACTERS && !isCut)
      this.#warn('Only the beginning of the workbook was read: it holds too much text.')
    return blocks.length === 0 ? [] : [heading(), ...blocks]
  }

  #warn(message: string): void {
    this.warnings.push({ code: 'parts_left_out', message })
  }
}

/** `- B3 (author): text`, a line for each comment. */
function commentsOf(sheet: WorkSheet): string[] {
  const lines: string[] = []
  const rows = (sheet['!data'] ?? []) as ((Partial<CellObject> | undefined)[] | undefined)[]
  // @NOTE forEach passes over the holes of a sparse sheet.
  rows.forEach((row, r) =>
    row?.forEach((cell, c) => {
      for (const { a, t } of cell?.c ?? []) {
        const text = t.replace(/\s+/gu, ' ').trim()
        if (text !== '') lines.push(`- ${columnName(c)}${String(r + 1)}${a ? ` (${a})` : ''}: ${text}`)
      }
    }),
  )
  return lines
}

function columnName(column: number): string {
  const letter = String.fromCharCode(65 + (column % 26))
  return column < 26 ? letter : columnName(Math.floor(column / 26) - 1) + letter
}
