import { describe, expect, it } from 'vitest'
import { extract } from '#src/ingest/extract/extract.js'
import { ExtractionError } from '#src/ingest/extract/extraction.js'
import { extractDocx } from '#src/ingest/extract/office/docx.js'
import { chart, docx, paragraph, part } from '../../helpers/office.js'
import { zip } from '../../helpers/zip.js'

/** Blocks as `kind: text`, headings with their level. */
async function read(file: Buffer): Promise<string[]> {
  const { blocks } = await extractDocx(file)
  return blocks.map(({ kind, level, text }) => `${kind}${level ?? ''}: ${text}`)
}

const style = (id: string, name: string, rest = '') =>
  `<w:style w:type="paragraph" w:styleId="${id}"><w:name w:val="${name}"/>${rest}</w:style>`
const styled = (id: string) => `<w:pStyle w:val="${id}"/>`
const listed = (list: number, level = 0) =>
  `<w:numPr><w:ilvl w:val="${level}"/><w:numId w:val="${list}"/></w:numPr>`
const level = (at: number, format: string, text: string, rest = '') =>
  `<w:lvl w:ilvl="${at}"><w:start w:val="1"/><w:numFmt w:val="${format}"/><w:lvlText w:val="${text}"/>${rest}</w:lvl>`
const NUMBERING = part(
  'w:numbering',
  `<w:abstractNum w:abstractNumId="0">${level(0, 'decimal', '%1.')}${level(1, 'lowerLetter', '%2)')}</w:abstractNum>
   <w:abstractNum w:abstractNumId="1">${level(0, 'bullet', '·')}</w:abstractNum>
   <w:abstractNum w:abstractNumId="2">${level(0, 'upperRoman', '%1', '<w:pStyle w:val="Titre1"/>')}${level(1, 'decimal', '%1.%2', '<w:isLgl/>')}</w:abstractNum>
   <w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>
   <w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num>
   <w:num w:numId="3"><w:abstractNumId w:val="2"/></w:num>
   <w:num w:numId="4"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride></w:num>`,
)
const cell = (text: string, properties = '') =>
  `<w:tc><w:tcPr>${properties}</w:tcPr>${text.startsWith('<') ? text : paragraph(text)}</w:tc>`
const row = (...cells: string[]) => `<w:tr>${cells.join('')}</w:tr>`
const headRow = (...cells: string[]) => `<w:tr><w:trPr><w:tblHeader/></w:trPr>${cells.join('')}</w:tr>`
const table = (...rows: string[]) => `<w:tbl><w:tblPr/>${rows.join('')}</w:tbl>`

describe('a Word document', () => {
  it('has the headings that its styles make, whatever they are called, with the numbers they show', async () => {
    const styles = part(
      'w:styles',
      `${style('Titre', 'Title')}
       ${style('Titre1', 'heading 1', '<w:pPr><w:numPr><w:numId w:val="3"/></w:numPr><w:outlineLvl w:val="0"/></w:pPr>')}
       ${style('Maison', 'Chapitre maison', '<w:basedOn w:val="Titre2"/>')}${style('Titre2', 'heading 2')}
       ${style('Sommaire', 'TOC Heading', '<w:basedOn w:val="Titre2"/><w:pPr><w:outlineLvl w:val="9"/></w:pPr>')}`,
    )
    const body = [
      paragraph('Guide', styled('Titre')),
      paragraph('Sommaire', styled('Sommaire')),
      paragraph('Installer', styled('Titre1')),
      paragraph('Régler', styled('Titre1')),
      paragraph('Le réseau', styled('Maison') + listed(3, 1)),
      paragraph('Le câble', '<w:outlineLvl w:val="2"/>'),
      paragraph('Branchez-le.'),
    ]

    const file = docx(body.join(''), { 'word/styles.xml': styles, 'word/numbering.xml': NUMBERING })

    expect(await read(file)).toEqual([
      'heading1: Guide',
      'paragraph: Sommaire',
      'heading1: I Installer',
      'heading1: II Régler',
      'heading2: 2.1 Le réseau',
      'heading3: Le câble',
      'paragraph: Branchez-le.',
    ])
    expect(await extractDocx(file)).toMatchObject({ title: 'Guide', language: 'fr', pages: null })
  })

  it('has lists with the numbers that Word shows, also where a list goes on after other text', async () => {
    const body = [
      paragraph('open the lid', listed(1)),
      paragraph('left screw', listed(1, 1)),
      paragraph('right screw', listed(1, 1)),
      paragraph('Mind the spring.'),
      paragraph('close the lid', listed(1)),
      paragraph('a point', listed(2)),
      paragraph('another list', listed(4)),
    ]

    expect(await read(docx(body.join(''), { 'word/numbering.xml': NUMBERING }))).toEqual([
      'list: 1. open the lid\n  a) left screw\n  b) right screw',
      'paragraph: Mind the spring.',
      'list: 2. close the lid\n- a point\n1. another list',
    ])
  })

  it('has tables row by row with the names of the columns, merged cells wherever they reach', async () => {
    const span = '<w:gridSpan w:val="2"/>'
    const tables = [
      table(
        headRow(cell('Plan'), cell('Price'), cell('Term')),
        row(cell('Pro', '<w:vMerge w:val="restart"/>'), cell('12 €'), cell('a year')),
        row(cell('', '<w:vMerge/>'), cell('no charge', span)),
      ),
      paragraph('between'),
      table(row(cell('Phone'), cell('112')), row(cell('both', span))),
      table(row(cell('a box')), row(cell('around text'))),
      table(
        row(cell('outer'), cell('text')),
        row(cell(table(row(cell('in'), cell('side')))), cell('beside')),
      ),
    ]

    expect(await read(docx(tables.join('')))).toEqual([
      'table: | Plan: Pro | Price: 12 € | Term: a year |\n| Plan: Pro | Price: no charge | Term: no charge |',
      'paragraph: between',
      'table: | Phone | 112 |\n| both |',
      'paragraph: a box',
      'paragraph: around text',
      'table: | outer | text |\n| in, side | beside |',
    ])
  })

  it('has what hangs on a paragraph after it, and only once: text boxes, notes, charts', async () => {
    const box = `<w:txbxContent>${paragraph('in the box')}</w:txbxContent>`
    const body = `
      <w:p><w:r><w:t>See below</w:t><w:footnoteReference w:id="4"/></w:r><w:r><mc:AlternateContent>
        <mc:Choice Requires="wps"><w:drawing>${box}</w:drawing></mc:Choice>
        <mc:Fallback><w:pict><v:textbox>${box}</v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r></w:p>
      <w:p><w:r><w:drawing><a:graphic><c:chart r:id="chart"/></a:graphic></w:drawing></w:r></w:p>`
    const notes = part(
      'w:footnotes',
      `<w:footnote w:id="4">${paragraph('said elsewhere')}</w:footnote><w:footnote w:id="5">${paragraph('unused')}</w:footnote>`,
    )

    const file = docx(body, {
      'word/footnotes.xml': notes,
      'word/charts/chart1.xml': chart('Sales', 'Units', [
        ['2024', '4.2999999999999998'],
        ['2025', '7'],
      ]),
    })

    expect(await read(file)).toEqual([
      'paragraph: See below[1]',
      'paragraph: [1] said elsewhere',
      'paragraph: in the box',
      'paragraph: Sales',
      'table: | 2024 | Units: 4.3 |\n| 2025 | Units: 7 |',
    ])
  })

  it('leaves out what was deleted, moved away or hidden, and prompts; inserted text stays', async () => {
    const run = (text: string, properties = '') =>
      `<w:r><w:rPr>${properties}</w:rPr><w:t xml:space="preserve">${text}</w:t></w:r>`
    const body = `
      <w:p>${run('stays ')}<w:del>${run('deleted ')}</w:del><w:moveFrom>${run('moved ')}</w:moveFrom><w:ins>${run('inserted ')}</w:ins>${run('hidden', '<w:vanish/>')}${run('shown', '<w:vanish w:val="0"/>')}</w:p>
      <w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr>${run('joined ')}</w:p><w:p>${run('with this')}</w:p>
      <w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>${paragraph('Click to enter')}</w:sdtContent></w:sdt>
      <w:sdt><w:sdtContent>${paragraph('filled in')}</w:sdtContent></w:sdt>
      <w:p><w:sdt><w:sdtPr><w14:checkbox><w14:checked w14:val="1"/></w14:checkbox></w:sdtPr><w:sdtContent>${run('☒')}</w:sdtContent></w:sdt>${run(' done')}</w:p>
      <w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>PAGEREF x</w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>${run('page')}<w:r><w:tab/><w:t>7</w:t><w:br/><w:t>next</w:t><w:noBreakHyphen/><w:t>line</w:t></w:r></w:p>`

    expect(await read(docx(body))).toEqual([
      'paragraph: stays inserted shown',
      'paragraph: joined with this',
      'paragraph: filled in',
      'paragraph: [x] done',
      'paragraph: page 7\nnext-line',
    ])
  })

  it('has equations in one line', async () => {
    const r = (text: string) => `<m:r><m:t>${text}</m:t></m:r>`
    const sup = (base: string, over: string) => `<m:sSup><m:e>${base}</m:e><m:sup>${over}</m:sup></m:sSup>`
    const sum = `<m:nary><m:naryPr><m:chr m:val="∑"/></m:naryPr><m:sub>${r('k=0')}</m:sub><m:sup>${r('n')}</m:sup><m:e>${sup(r('𝑥'), r('k'))}${sup(r('a'), r('n-k'))}</m:e></m:nary>`
    const half = `<m:f><m:num>${r('a+b')}</m:num><m:den>${r('2')}</m:den></m:f>`
    const root = `<m:rad><m:deg/><m:e>${r('c')}</m:e></m:rad>`
    const body = `<w:p><w:r><w:t xml:space="preserve">Here: </w:t></w:r><m:oMath>${sum}</m:oMath><m:oMath>${half}${root}</m:oMath></w:p>`

    expect(await read(docx(body))).toEqual(['paragraph: Here: ∑_(k=0)^n x^k a^(n-k) (a+b)/2√c'])
  })

  it('is read in its strict form, and under whatever prefixes', async () => {
    const strict = `<d:document xmlns:d="http://purl.oclc.org/ooxml/wordprocessingml/main"><d:body><d:p><d:pPr><d:outlineLvl d:val="0"/></d:pPr><d:r><d:t>Strict</d:t></d:r></d:p></d:body></d:document>`

    expect(await read(docx('', { 'word/document.xml': strict }))).toEqual(['heading1: Strict'])
  })

  it('is told by its content', async () => {
    const found = await extract(docx(paragraph('Some words')), { fileName: 'words.txt' })

    expect(found.blocks).toMatchObject([{ text: 'Some words' }])
    expect(found.mediaType).toMatch(/wordprocessingml/)
  })
})

describe('a hostile Word document', () => {
  const withDeclarations = (declarations: string, text: string) =>
    docx('', {
      'word/document.xml': part('w:document', `<w:body>${paragraph(text)}</w:body>`).replace(
        '?>',
        `?><!DOCTYPE x [${declarations}]>`,
      ),
    })

  it('gets no entity expanded: neither a billion laughs nor a file', async () => {
    const laughs = Array.from(
      { length: 10 },
      (_, n) => `<!ENTITY l${n} "${n === 0 ? 'lol' : `&l${n - 1};`.repeat(10)}">`,
    )

    expect(await read(withDeclarations(laughs.join(''), 'ha &l9; &amp; ho'))).toEqual([
      'paragraph: ha &l9; & ho',
    ])
    expect(await read(withDeclarations('<!ENTITY f SYSTEM "file:///etc/passwd">', 'see &f;'))).toEqual([
      'paragraph: see &f;',
    ])
  })

  it('is refused for markup that is nested too deeply, and read up to there', async () => {
    const nested = (depth: number) =>
      docx(`${'<w:ins>'.repeat(depth)}${paragraph('deep')}${'</w:ins>'.repeat(depth)}`)

    await expect(extractDocx(nested(200_000))).rejects.toThrow(/nested too deeply/)
    expect(await read(nested(990))).toEqual(['paragraph: deep'])
  })

  it('may number, span and base in circles without end', async () => {
    const styles = part(
      'w:styles',
      style('A', 'a', '<w:basedOn w:val="B"/>') + style('B', 'b', '<w:basedOn w:val="A"/>'),
    )
    const body =
      paragraph('text', styled('A') + listed(99, 1e9)) +
      table(row(cell('a', '<w:gridSpan w:val="1000000000"/>'), cell('b')), row(cell('c'), cell('d')))

    expect(await read(docx(body, { 'word/styles.xml': styles }))).toEqual([
      'paragraph: text',
      'table: | a | b |\n| c | d |',
    ])
  })

  it('is refused with one sentence when it is empty, damaged or of no use', async () => {
    await expect(extractDocx(docx(''))).rejects.toThrow('The file holds no text.')
    await expect(extractDocx(zip({ 'word/document.xml': 'no markup at all' }))).rejects.toThrow(
      ExtractionError,
    )
    const whole = docx(paragraph('text'))
    await expect(extractDocx(whole.subarray(0, whole.length - 30))).rejects.toThrow(/damaged/)
  })
})
