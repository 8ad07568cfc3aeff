import { describe, expect, it } from 'vitest'
import { extract } from '#src/ingest/extract/extract.js'
import { extractPptx } from '#src/ingest/extract/office/pptx.js'
import { chart, part, relations } from '../../helpers/office.js'
import { zip } from '../../helpers/zip.js'

const text = (content: string, properties = '') =>
  `<a:p><a:pPr${properties}/><a:r><a:t>${content}</a:t></a:r></a:p>`
const shape = (placeholder: string, ...paragraphs: string[]) =>
  `<p:sp><p:nvSpPr><p:nvPr>${placeholder}</p:nvPr></p:nvSpPr><p:txBody><a:lstStyle/>${paragraphs.join('')}</p:txBody></p:sp>`
const title = (content: string) => shape('<p:ph type="title"/>', text(content))
const PICTURE = '<p:pic><p:blipFill><a:blip r:embed="nowhere"/></p:blipFill></p:pic>'
const tree = (root: string, ...shapes: string[]) =>
  part(root, `<p:cSld><p:spTree>${shapes.join('')}</p:spTree></p:cSld>`)
const slide = (...shapes: string[]) => tree('p:sld', ...shapes)

/** A presentation of these slides, shown in this order, all with one layout whose body has bullets. */
function pptx(slides: string[], parts: Record<string, string> = {}): Buffer {
  const names = slides.map((_, n) => `slide${slides.length - n}.xml`)
  const ids = names.map((_, n) => `<p:sldId id="${256 + n}" r:id="rId${n}"/>`)
  const bullets = `<p:txStyles><p:bodyStyle><a:lvl1pPr><a:buChar char="•"/></a:lvl1pPr><a:lvl2pPr><a:buAutoNum type="alphaLcParenR"/></a:lvl2pPr></p:bodyStyle></p:txStyles>`
  return zip({
    '[Content_Types].xml': `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/ppt/presentation.xml" ContentType="application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml"/></Types>`,
    '_rels/.rels': relations(['rId1', 'officeDocument', 'ppt/presentation.xml']),
    'ppt/presentation.xml': part('p:presentation', `<p:sldIdLst>${ids.join('')}</p:sldIdLst>`),
    'ppt/_rels/presentation.xml.rels': relations(
      ...names.map((name, n): [string, string, string] => [`rId${n}`, 'slide', `slides/${name}`]),
    ),
    ...Object.fromEntries(names.map((name, n) => [`ppt/slides/${name}`, slides[n] ?? ''])),
    ...Object.fromEntries(
      names.map((name) => [
        `ppt/slides/_rels/${name}.rels`,
        relations(
          ['look', 'slideLayout', '../slideLayouts/layout.xml'],
          ['notes', 'notesSlide', `../notesSlides/${name}`],
          ['chart', 'chart', '../charts/chart1.xml'],
        ),
      ]),
    ),
    'ppt/slideLayouts/layout.xml': tree('p:sldLayout', shape('<p:ph idx="1"/>')),
    'ppt/slideLayouts/_rels/layout.xml.rels': relations(['m', 'slideMaster', '../slideMasters/master.xml']),
    'ppt/slideMasters/master.xml': tree('p:sldMaster', shape('<p:ph type="body" idx="1"/>')).replace(
      '</p:sldMaster>',
      `${bullets}</p:sldMaster>`,
    ),
    ...parts,
  })
}

async function read(file: Buffer): Promise<string[]> {
  const { blocks } = await extractPptx(file)
  return blocks.map(({ kind, page, text }) => `${kind} ${String(page)}: ${text}`)
}

describe('a presentation', () => {
  it('is read slide by slide as it is shown, titles first, with lists as the layout has them', async () => {
    const file = pptx([
      slide(
        shape(
          '<p:ph idx="1"/>',
          text('one'),
          text('inner', ' lvl="1"'),
          text('inner', ' lvl="1"'),
          text('two'),
        ),
        shape('<p:ph type="sldNum" idx="12"/>', text('1')),
        title('First'),
      ),
      slide(
        title('Second'),
        `<p:grpSp>${shape('', text('in a group'))}<p:grpSp>${shape('', text('and deeper'))}</p:grpSp></p:grpSp>`,
      ),
    ])
    const seen: number[][] = []

    const found = await extractPptx(file, (...progress) => seen.push(progress))

    expect(await read(file)).toEqual([
      'heading 1: First',
      'list 1: - one\n  a) inner\n  b) inner\n- two',
      'heading 2: Second',
      'paragraph 2: in a group',
      'paragraph 2: and deeper',
    ])
    expect(found).toMatchObject({ pages: 2, title: 'First', unreadablePages: [] })
    expect(found.warnings).toBeUndefined()
    expect(seen).toEqual([
      [1, 2],
      [2, 2],
    ])
  })

  it('has tables with merged cells wherever they reach, charts, and what the presenter noted', async () => {
    const cell = (content: string, properties = '') =>
      `<a:tc${properties}><a:txBody>${text(content)}</a:txBody></a:tc>`
    const rows = [
      cell('Plan') + cell('Price') + cell('Term'),
      cell('Pro', ' rowSpan="2"') + cell('12 €') + cell('a year'),
      cell('', ' vMerge="1"') + cell('no charge', ' gridSpan="2"') + cell('', ' hMerge="1"'),
    ]
    const table = `<a:tbl><a:tblPr firstRow="1"/>${rows.map((cells) => `<a:tr>${cells}</a:tr>`).join('')}</a:tbl>`
    const frame = (content: string) =>
      `<p:graphicFrame><a:graphic><a:graphicData>${content}</a:graphicData></a:graphic></p:graphicFrame>`
    const file = pptx([slide(title('Prices'), frame(table), frame('<c:chart r:id="chart"/>'))], {
      'ppt/charts/chart1.xml': chart('Sales', 'Units', [['2025', '7']]),
      'ppt/notesSlides/slide1.xml': tree(
        'p:notes',
        shape('<p:ph type="sldImg"/>'),
        shape('<p:ph type="body" idx="1"/>', text('Mention the discount.')),
        shape('<p:ph type="sldNum" idx="5"/>', text('1')),
      ),
    })

    expect(await read(file)).toEqual([
      'heading 1: Prices',
      'table 1: | Plan: Pro | Price: 12 € | Term: a year |\n| Plan: Pro | Price: no charge | Term: no charge |',
      'paragraph 1: Sales',
      'table 1: | 2025 | Units: 7 |',
      'paragraph 1: Mention the discount.',
    ])
  })

  it('leaves hidden slides out and says so, and names those that are pictures only', async () => {
    const file = pptx([
      slide(title('Shown')),
      slide(title('Secret')).replace('<p:sld ', '<p:sld show="0" '),
      slide(PICTURE),
      slide(PICTURE, shape('', text('a caption'))),
      slide(),
    ])

    const found = await extractPptx(file)

    expect(await read(file)).toEqual(['heading 1: Shown', 'heading 4: a caption'])
    expect(found).toMatchObject({
      pages: 5,
      unreadablePages: [3],
      warnings: [{ code: 'parts_left_out', message: 'Slide 2 is hidden and was left out.', pages: [2] }],
    })
  })

  it('goes on where a slide is missing, and is told by its content', async () => {
    const found = await extract(
      pptx([slide(title('There')), slide(title('Gone'))], {
        'ppt/_rels/presentation.xml.rels': relations(
          ['rId0', 'slide', 'slides/slide2.xml'],
          ['rId1', 'slide', 'slides/none.xml'],
        ),
      }),
    )

    expect(found).toMatchObject({ blocks: [{ text: 'There' }], pages: 2, unreadablePages: [2] })
  })
})
