import { describe, expect, it } from 'vitest'
import { extractPdf } from '#src/ingest/extract/pdf.js'
import { noisePicture, textPicture } from '../../helpers/text-picture.js'
import { tinyPdf, type PdfLine, type PdfPicture } from '../../helpers/tiny-pdf.js'

/** Lines one under the other, as a word processor sets them. */
function column(texts: string[], x = 60, top = 600): PdfLine[] {
  return texts.map((text, at) => ({ text, x, y: top - at * 12 }))
}

function scanned(canvas: ReturnType<typeof textPicture>): PdfPicture {
  return { data: canvas.toBuffer('image/jpeg'), width: canvas.width, height: canvas.height }
}

const photo = () => scanned(noisePicture())

const told = async (pages: PdfLine[][]) => (await extractPdf(tinyPdf(pages))).blocks

describe('extractPdf', { timeout: 120_000 }, () => {
  it('joins the lines of a paragraph and words divided at their ends', async () => {
    const blocks = await told([
      column([
        'The counter on the ground floor is open from nine to noon on week-',
        'days, and for deliv-',
        'eries.',
      ]),
    ])
    expect(blocks.map((block) => block.text)).toEqual([
      'The counter on the ground floor is open from nine to noon on weekdays, and for deliveries.',
    ])
  })

  it('parts paragraphs by space', async () => {
    const blocks = await told([
      [
        ...column(
          ['The first paragraph has a line of text that is', 'broken by the page and goes on.'],
          60,
          600,
        ),
        ...column(['The second paragraph stands apart from it and', 'is broken as well.'], 60, 552),
      ],
    ])
    expect(blocks.map((block) => block.kind)).toEqual(['paragraph', 'paragraph'])
  })

  it('takes larger type for headings and ranks them by size', async () => {
    const blocks = await told([
      [
        { text: 'Manual', y: 700, size: 24 },
        { text: 'Cleaning', y: 660, size: 16 },
        ...column(['Switch the device off before it is cleaned with a cloth.'], 60, 630),
      ],
    ])
    expect(blocks).toMatchObject([
      { kind: 'heading', level: 1, text: 'Manual' },
      { kind: 'heading', level: 2, text: 'Cleaning' },
      { kind: 'paragraph' },
    ])
  })

  it('takes a short bold line that stands apart for a heading', async () => {
    const blocks = await told([
      [
        ...column(['The device is delivered with everything that it needs to run.'], 60, 700),
        { text: 'Warranty', y: 660, bold: true },
        ...column(['It is granted for two years from the day of the purchase.'], 60, 640),
      ],
    ])
    expect(blocks.map(({ kind, text }) => [kind, text])[1]).toEqual(['heading', 'Warranty'])
  })

  it('reads two columns one after the other, below a title that spans both', async () => {
    const left = Array.from({ length: 9 }, (_, at) => `Left column with its line number ${at} of nine`)
    const right = Array.from({ length: 9 }, (_, at) => `Right column with its line number ${at} of nine`)
    // Drawn line by line across the page, as some programs do.
    const lines = left.flatMap((text, at) => [
      { text, x: 40, y: 600 - at * 12 },
      { text: right[at] ?? '', x: 320, y: 600 - at * 12 },
    ])
    const title = { text: 'A title that runs over both of the columns of this page', x: 60, y: 680, size: 18 }
    const blocks = await told([[title, ...lines]])
    const text = blocks.map((block) => block.text).join(' ')
    expect(text).toMatch(
      /^A title.*Left column with its line number 8 of nine Right column with its line number 0/s,
    )
  })

  it('keeps the cells of a table row together', async () => {
    const row = (cells: string[], y: number) => cells.map((text, at) => ({ text, x: 60 + at * 120, y }))
    const blocks = await told([
      [
        ...row(['Plan', 'Price', 'Users'], 600),
        ...row(['Basic', '10', '5'], 585),
        ...row(['Pro', '20', '50'], 570),
      ],
    ])
    expect(blocks).toMatchObject([
      { kind: 'table', text: 'Plan | Price | Users\nBasic | 10 | 5\nPro | 20 | 50' },
    ])
  })

  it('makes a list of bulleted lines, one item per line', async () => {
    const blocks = await told([
      column([
        '\x95 Unplug the device and wait for ten seconds or',
        'a little longer.',
        '\x95 Plug it in again.',
      ]),
    ])
    expect(blocks).toMatchObject([
      {
        kind: 'list',
        text: '- Unplug the device and wait for ten seconds or a little longer.\n- Plug it in again.',
      },
    ])
  })

  it('leaves out headers, footers and page numbers that come back on most pages', async () => {
    const pages = ['first', 'second', 'third', 'fourth'].map((name, at) => [
      { text: 'ACME manual, edition 3', y: 780 },
      ...column([`What the ${name} page says is said on no other page.`]),
      { text: `Page ${at + 1} of 4`, y: 20 },
    ])
    const blocks = await told(pages)
    expect(blocks.map(({ page, text }) => [page, text])).toEqual([
      [1, 'What the first page says is said on no other page.'],
      [2, 'What the second page says is said on no other page.'],
      [3, 'What the third page says is said on no other page.'],
      [4, 'What the fourth page says is said on no other page.'],
    ])
  })

  it('joins a sentence that runs over the page and remembers where the next page begins', async () => {
    const [block, ...others] = await told([
      column(['This sentence begins on the first page of the document and'], 60, 60),
      column(['ends on the second one.'], 60, 700),
    ])
    expect(others).toEqual([])
    const [broken] = block?.breaks ?? []
    expect(broken?.page).toBe(2)
    expect(block?.text.slice(broken?.at)).toBe('ends on the second one.')
  })

  it('recognizes scanned pages between pages of text, and tells which these are', async () => {
    const page = scanned(textPicture(['La clé se trouve à la réception,', 'derrière le comptoir.']))
    const { blocks, unreadablePages, warnings } = await extractPdf(
      tinyPdf([column(['Some text.']), page, [], photo(), column(['More.'])]),
    )
    expect(blocks.map(({ page: number, text }) => [number, text])).toEqual([
      [1, 'Some text.'],
      [2, 'La clé se trouve à la réception, derrière le comptoir.'],
      [5, 'More.'],
    ])
    expect(unreadablePages).toEqual([4])
    expect(warnings).toEqual([
      { code: 'pages_unreadable', message: '1 of 5 pages could not be read: 4.', pages: [4] },
      {
        code: 'text_recognized',
        message: 'The text of 1 of 5 pages was recognized in pictures and may hold errors: 2.',
        pages: [2],
      },
    ])
  })

  it('keeps the text of a page that also shows a picture without any', async () => {
    const file = tinyPdf([photo()], {
      annotations: [
        '<< /Type /Annot /Subtype /FreeText /Rect [60 700 300 720] /Contents (Seen by the office) >>',
      ],
    })
    const { blocks, unreadablePages } = await extractPdf(file)
    expect([blocks.map((block) => block.text), unreadablePages]).toEqual([['Seen by the office'], []])
  })

  it('reads what was filled in and typed onto a page', async () => {
    const file = tinyPdf([[{ text: 'Name:', x: 60, y: 600 }]], {
      annotations: [
        '<< /Type /Annot /Subtype /Widget /FT /Tx /T (name) /V (Ada Lovelace) /Rect [120 596 300 612] >>',
        '<< /Type /Annot /Subtype /Widget /FT /Tx /T (gone) /V (secret) /F 2 /Rect [120 496 300 512] >>',
        '<< /Type /Annot /Subtype /FreeText /Rect [60 400 300 420] /Contents (Paid on Monday) >>',
      ],
    })
    const { blocks } = await extractPdf(file)
    expect(blocks.map((block) => block.text)).toEqual(['Name: Ada Lovelace', 'Paid on Monday'])
  })

  it('takes for headings what bookmarks lead to', async () => {
    const file = tinyPdf([column(['Delivery', 'Parcels are sent on the day after they were ordered.'])], {
      bookmarks: [{ title: 'Delivery', page: 0 }],
    })
    const { blocks } = await extractPdf(file)
    expect(blocks).toMatchObject([{ kind: 'heading', level: 1, text: 'Delivery' }, { kind: 'paragraph' }])
  })

  it('tells a table of two columns from two words with a gap', async () => {
    const row = (cells: [string, string], y: number) =>
      cells.map((text, at) => ({ text, x: 60 + at * 200, y }))
    const rows = [row(['Weight', '12 kg'], 600), row(['Height', '80 cm'], 586), row(['Depth', '40 cm'], 572)]
    expect(await told([rows.flat()])).toMatchObject([
      { kind: 'table', text: 'Weight | 12 kg\nHeight | 80 cm\nDepth | 40 cm' },
    ])
    expect((await told([row(['Left', 'Right'], 600)]))[0]?.text).toBe('Left Right')
  })

  it('joins the lines of a cell', async () => {
    const blocks = await told([
      [
        ...[['Part', 60, 600] as const, ['What it does', 200, 600] as const, ['Price', 400, 600] as const],
        ...[['Pump', 60, 580] as const, ['Moves water from', 200, 580] as const, ['90', 400, 580] as const],
        ['the tank', 200, 568] as const,
      ].map(([text, x, y]) => ({ text, x, y })),
    ])
    expect(blocks).toMatchObject([
      { kind: 'table', text: 'Part | What it does | Price\nPump | Moves water from the tank | 90' },
    ])
  })

  it('reads two columns that stand close together, and three', async () => {
    const columns = (xs: number[], size: number) =>
      Array.from({ length: 9 }, (_, line) =>
        xs.map((x, at) => ({
          text: `Column ${at + 1} line ${line + 1} of nine goes on here`,
          x,
          y: 600 - line * 12,
          size,
        })),
      ).flat()
    for (const [xs, size] of [
      [[40, 239], 11],
      [[20, 210, 400], 10],
    ] as [number[], number][]) {
      const text = (await told([columns(xs, size)])).map((block) => block.text).join(' ')
      const order = [...text.matchAll(/Column (\d) line (\d)/gu)].map(
        ([, column, line]) => `${column}${line}`,
      )
      expect(order).toEqual([...order].sort())
      expect(order).toHaveLength(xs.length * 9)
    }
  })

  it('reports every page', async () => {
    const seen: number[] = []
    await extractPdf(tinyPdf([column(['One.']), column(['Two.'])]), (done) => seen.push(done))
    expect(seen).toEqual([1, 2])
  })

  it.each<[string, () => Buffer, RegExp]>([
    ['of empty pages', () => tinyPdf([[], []]), /holds no text/],
    ['of pictures without text', () => tinyPdf([photo()]), /no text that could be read/],
    ['under a password', () => tinyPdf([column(['Hidden.'])], { encrypted: true }), /password/],
    ['that is no PDF inside', () => Buffer.from('%PDF-1.7 and then nothing'), /damaged/],
    ['cut in its first object', () => tinyPdf([column(['Cut.'])]).subarray(0, 60), /damaged/],
    ['of too many pages', () => tinyPdf(Array.from({ length: 5001 }, () => [])), /5001 pages; at most 5000/],
  ])('refuses a file %s in one sentence', async (_name, file, reason) => {
    await expect(extractPdf(file())).rejects.toMatchObject({
      name: 'ExtractionError',
      message: expect.stringMatching(reason) as string,
    })
  })
})
