import { utils, write, type BookType, type CellObject, type WorkBook, type WorkSheet } from '@e965/xlsx'
import { crc32, deflateRawSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { openArchive } from '#src/ingest/extract/archive.js'
import { extract } from '#src/ingest/extract/extract.js'
import { chart } from '../../helpers/office.js'
import { zip } from '../../helpers/zip.js'

type Cell = string | number | null

function book(
  sheets: Record<string, Cell[][] | WorkSheet>,
  change: (book: WorkBook) => void = () => undefined,
) {
  const made = utils.book_new()
  for (const [name, rows] of Object.entries(sheets)) {
    utils.book_append_sheet(made, Array.isArray(rows) ? utils.aoa_to_sheet(rows) : rows, name)
  }
  change(made)
  return (bookType: BookType): Buffer => write(made, { type: 'buffer', bookType }) as Buffer
}

function cellOf(sheet: WorkSheet, place: string): CellObject {
  return sheet[place] as CellObject
}

async function blocksOf(bytes: Buffer | string, fileName?: string): Promise<string[]> {
  const { blocks } = await extract(Buffer.from(bytes as string), { fileName })
  return blocks.map(({ kind, level, text }) => `${kind}${level ?? ''}: ${text}`)
}

const PRICES: Cell[][] = [
  ['Plan', 'Price', 'Users'],
  ['Basic', 12, 1],
  ['Pro', 30.5, 10],
]
const LINES = '| Plan: Basic | Price: 12 | Users: 1 |\n| Plan: Pro | Price: 30.5 | Users: 10 |'

describe('a workbook', () => {
  it.each<BookType>(['xlsx', 'xlsb', 'xlsm', 'biff8', 'ods', 'fods', 'xlml'])(
    'is read as %s, each row with the names of its columns under the name of its sheet',
    async (type) => {
      const made = book({ Tarifs: PRICES, Notes: [['Ask before noon.']] })(type)
      expect(await blocksOf(made)).toEqual([
        'heading2: Tarifs',
        `table: ${LINES}`,
        'heading2: Notes',
        'heading3: Ask before noon.',
      ])
    },
  )

  it('ends with its charts, each under its title, and passes over a damaged one', async () => {
    const archive = await openArchive(book({ Tarifs: PRICES })('xlsx'))
    const parts: Record<string, Buffer | string> = {}
    for (const { name } of archive.entries) parts[name] = (await archive.read(name)) ?? ''
    const drawn = {
      'xl/charts/chart10.xml': chart('Returns', 'Units', [['2025', '3']]),
      'xl/charts/chart2.xml': chart('Sales', 'Units', [['2025', '7']]),
      'xl/charts/chart3.xml': '<c:chart',
    }
    expect(await blocksOf(zip({ ...parts, ...drawn }))).toEqual([
      'heading2: Tarifs',
      `table: ${LINES}`,
      'heading2: Sales',
      'table: | 2025 | Units: 7 |',
      'heading2: Returns',
      'table: | 2025 | Units: 3 |',
    ])
  })

  it('shows numbers and dates as the sheet does, and built-in dates unmistakably', async () => {
    const sheet = utils.aoa_to_sheet([
      ['Due', 'Local', 'Share', 'Amount'],
      [45_294, 45_294, 0.125, 1234.5],
    ])
    cellOf(sheet, 'A2').z = 'd mmmm yyyy'
    cellOf(sheet, 'B2').z = 'm/d/yy'
    cellOf(sheet, 'C2').z = '0.0%'
    cellOf(sheet, 'D2').z = '#,##0.00 "€"'
    const [, table] = await blocksOf(book({ S: sheet })('xlsx'))
    expect(table).toBe(
      'table: | Due: 3 January 2024 | Local: 2024-01-03 | Share: 12.5% | Amount: 1,234.50 € |',
    )
  })

  it('parts the tables of a sheet, with the titles above them', async () => {
    const sheet: Cell[][] = [
      ['Tarifs 2024'],
      ...PRICES,
      [null],
      ['Ville', 'Code', null, 'Pays', 'Indicatif'],
      ['Lyon', 69, null, 'France', 33],
      ['Nice', 6, null, 'Italie', 39],
      [null, null, null, 'Espagne', 34],
    ]
    expect(await blocksOf(book({ S: sheet })('xlsx'))).toEqual([
      'heading2: S',
      'heading3: Tarifs 2024',
      `table: ${LINES}`,
      'heading2: S',
      'table: | Ville: Lyon | Code: 69 |\n| Ville: Nice | Code: 6 |',
      'table: | Pays: France | Indicatif: 33 |\n| Pays: Italie | Indicatif: 39 |\n| Pays: Espagne | Indicatif: 34 |',
    ])
  })

  it('gives every row what merged cells say, and columns the name of their group', async () => {
    const sheet = utils.aoa_to_sheet([
      ['Region', '2023', null, '2024'],
      [null, 'Sales', 'Cost', 'Sales'],
      ['North', 1, 2, 3],
      [null, 4, 5, 6],
    ])
    sheet['!merges'] = ['A1:A2', 'B1:C1', 'A3:A4'].map((range) => utils.decode_range(range))
    const [, table] = await blocksOf(book({ S: sheet })('xlsx'))
    expect(table).toBe(
      'table: | Region: North | 2023 Sales: 1 | 2023 Cost: 2 | 2024 Sales: 3 |\n' +
        '| Region: North | 2023 Sales: 4 | 2023 Cost: 5 | 2024 Sales: 6 |',
    )
  })

  it('reads comments, and leaves hidden sheets out but tells of them', async () => {
    const sheet = utils.aoa_to_sheet(PRICES)
    utils.cell_add_comment(cellOf(sheet, 'B3'), 'Per month', 'Ana')
    const made = book(
      {
        Open: sheet,
        Secret: [
          ['Margin', 'Cost'],
          [1, 2],
        ],
      },
      (one) => {
        one.Workbook = { Sheets: [{ Hidden: 0 }, { Hidden: 1 }] }
      },
    )('xlsx')
    const { blocks, warnings } = await extract(made)
    expect(blocks.at(-1)?.text).toBe('- B3 (Ana): Per month')
    expect(JSON.stringify(blocks)).not.toContain('Margin')
    expect(warnings).toEqual([{ code: 'parts_left_out', message: 'One hidden sheet was not read.' }])
  })

  it('reads what is there of a sheet that claims to be endless', async () => {
    const cell = (place: string, text: string) => `<c r="${place}" t="inlineStr"><is><t>${text}</t></is></c>`
    const made = zipOf([
      part(
        '[Content_Types].xml',
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">' +
          '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>' +
          '<Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>',
      ),
      part('_rels/.rels', relations('officeDocument', 'xl/workbook.xml')),
      part('xl/_rels/workbook.xml.rels', relations('worksheet', 'worksheets/sheet1.xml')),
      part(
        'xl/workbook.xml',
        '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>',
      ),
      part(
        'xl/worksheets/sheet1.xml',
        `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><dimension ref="A1:XFD1048576"/><sheetData><row r="1">${cell('A1', 'Near')}${cell('XFD1', 'Far')}</row>` +
          `<row r="1048576">${cell('XFD1048576', 'Farthest')}</row></sheetData>` +
          '<mergeCells><mergeCell ref="A1:A1048576"/><mergeCell ref="A5:XFD1048576"/></mergeCells></worksheet>',
      ),
    ])
    const { blocks, warnings } = await extract(made)
    expect(blocks.map(({ text }) => text)).toEqual(['S', '| Near | Far |'])
    expect(warnings).toEqual([])
  })

  it('reads the beginning of a sheet that is too long, and tells so', async () => {
    const rows = Array.from({ length: 100_100 }, (_, at): Cell[] => [at])
    const { blocks, warnings } = await extract(book({ S: rows })('xlsx'))
    expect(blocks.at(-1)?.text.split('\n')).toHaveLength(100_000)
    expect(warnings).toMatchObject([
      { code: 'parts_left_out', message: expect.stringContaining('“S”') as string },
    ])
  }, 90_000)

  it.each<[string, (good: Buffer) => Buffer, RegExp]>([
    ['cut short', (good) => good.subarray(0, good.length - 200), /damaged or incomplete/],
    ['that unpacks to a thousand times its size', () => bomb(), /unpacks to/],
  ])('%s fails with a sentence', async (_what, change, reason) => {
    await expect(extract(change(book({ S: PRICES })('xlsx')))).rejects.toMatchObject({
      name: 'ExtractionError',
      message: expect.stringMatching(reason) as string,
    })
  })
})

const BOMB_BYTES = 40 * 1024 * 1024

/** A workbook whose one sheet is blanks, packed a thousand times smaller. */
function bomb(): Buffer {
  const packed = deflateRawSync(Buffer.alloc(BOMB_BYTES, 32), { level: 9 })
  return zipOf([
    part('xl/workbook.xml', '<workbook/>'),
    { name: 'xl/worksheets/sheet1.xml', method: 8, data: packed, size: BOMB_BYTES },
  ])
}

interface Part {
  name: string
  method: number
  data: Buffer
  size: number
  sum?: number
}

function part(name: string, text: string): Part {
  const data = Buffer.from(text)
  return { name, method: 0, data, size: data.length, sum: crc32(data) }
}

function relations(kind: string, target: string): string {
  const type = `http://schemas.openxmlformats.org/officeDocument/2006/relationships/${kind}`
  return `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="${type}" Target="${target}"/></Relationships>`
}

function zipOf(parts: Part[]): Buffer {
  const locals: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const { name, method, data, size, sum = 0 } of parts) {
    const facts = Buffer.alloc(26)
    facts.writeUInt16LE(20, 0)
    facts.writeUInt16LE(method, 4)
    facts.writeUInt32LE(sum, 10)
    facts.writeUInt32LE(data.length, 14)
    facts.writeUInt32LE(size, 18)
    facts.writeUInt16LE(name.length, 22)
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), facts, Buffer.from(name), data])
    const rest = Buffer.alloc(14)
    rest.writeUInt32LE(offset, 10)
    directory.push(Buffer.from('PK\x01\x02'), Buffer.from([20, 0]), facts, rest, Buffer.from(name))
    locals.push(local)
    offset += local.length
  }
  const central = Buffer.concat(directory)
  const end = Buffer.alloc(18)
  end.writeUInt16LE(parts.length, 4)
  end.writeUInt16LE(parts.length, 6)
  end.writeUInt32LE(central.length, 8)
  end.writeUInt32LE(offset, 12)
  return Buffer.concat([...locals, central, Buffer.from('PK\x05\x06'), end])
}

describe('separated values', () => {
  it.each([
    ['commas', 'Plan,Price,Users\nBasic,12,1\nPro,30.5,10\n'],
    ['semicolons, with commas in figures', 'Plan;Price;Users\nBasic;12;1\nPro;30.5;10\n'],
    ['tabs', 'Plan\tPrice\tUsers\r\nBasic\t12\t1\r\nPro\t30.5\t10\r\n'],
    ['bars', 'Plan|Price|Users\nBasic|12|1\nPro|30.5|10'],
    ['what the first line says', 'sep=^\nPlan^Price^Users\nBasic^12^1\nPro^30.5^10'],
    ['quotation marks', '"Plan","Price","Users"\n"Basic","12","1"\n\n"Pro","30.5","10"'],
  ])('are told apart by %s', async (_how, text) => {
    expect(await blocksOf(text, 'prices.csv')).toEqual([`table: ${LINES}`])
  })

  it('keep line breaks in cells together, and ragged rows whole', async () => {
    const text = 'Question;Réponse\n"Où ?";"À Lyon,\nrue Neuve"\nQuand ?\nQui ?;Nous;en plus\n'
    expect(await blocksOf(Buffer.from(text, 'latin1'), 'faq.csv')).toEqual([
      'table: | Question: Où ? | Réponse: À Lyon, rue Neuve |\n| Question: Quand ? |\n| Question: Qui ? | Réponse: Nous | en plus |',
    ])
  })

  it('survive a quotation mark that is never closed', async () => {
    expect(await blocksOf('Name,Size\n"Screen,15"\nCable,"2 m\nPlug,3', 'a.csv')).toEqual([
      expect.stringContaining('Plug') as string,
    ])
  })

  it('do not lose the names of columns that are empty, and take no data for names', async () => {
    expect(await blocksOf('Name,Note\nAna,\nBen,', 'a.csv')).toEqual([
      'table: | Name | Note |\n| Name: Ana |\n| Name: Ben |',
    ])
    expect(await blocksOf('1.5,2.5\n3,4\n5,6', 'a.csv')).toEqual([expect.stringContaining('1.5') as string])
  })

  it('are seen in a file without a telling name', async () => {
    expect((await extract(Buffer.from('a\tb\n1\t2\n3\t4\n'), { fileName: 'export.txt' })).mediaType).toBe(
      'text/csv',
    )
    const prose = 'Dear all, hello.\nSee you, soon.\nBye, then.\n'
    expect((await extract(Buffer.from(prose), { fileName: 'mail.txt' })).mediaType).toBe('text/plain')
  })
})
