import { zip } from './zip.js'

const OPEN_XML = 'http://schemas.openxmlformats.org'
const NAMESPACES = [
  `xmlns:w="${OPEN_XML}/wordprocessingml/2006/main"`,
  `xmlns:p="${OPEN_XML}/presentationml/2006/main"`,
  `xmlns:a="${OPEN_XML}/drawingml/2006/main"`,
  `xmlns:c="${OPEN_XML}/drawingml/2006/chart"`,
  `xmlns:r="${OPEN_XML}/officeDocument/2006/relationships"`,
  `xmlns:m="${OPEN_XML}/officeDocument/2006/math"`,
  `xmlns:mc="${OPEN_XML}/markup-compatibility/2006"`,
  'xmlns:v="urn:schemas-microsoft-com:vml"',
  'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"',
].join(' ')

/** A part of an Office document: its root element with every vocabulary declared. */
export function part(root: string, content: string): string {
  return `<?xml version="1.0" encoding="UTF-8" standalone="yes"?><${root} ${NAMESPACES}>${content}</${root}>`
}

/** A part's relations: their ids, the last words of their types, and their targets. */
export function relations(...list: [id: string, type: string, target: string][]): string {
  const lines = list.map(
    ([id, type, target]) =>
      `<Relationship Id="${id}" Type="${OPEN_XML}/officeDocument/2006/relationships/${type}" Target="${target}"/>`,
  )
  return `<Relationships xmlns="${OPEN_XML}/package/2006/relationships">${lines.join('')}</Relationships>`
}

const DOCX_TYPE = 'application/vnd.openxmlformats-officedocument.wordprocessingml'

/** A Word document with this body; further parts by their names, those that are usual with their relations. */
export function docx(body: string, parts: Record<string, string> = {}): Buffer {
  const usual = ['styles', 'numbering', 'footnotes'].filter((name) => `word/${name}.xml` in parts)
  return zip({
    '[Content_Types].xml': `<Types xmlns="${OPEN_XML}/package/2006/content-types"><Override PartName="/word/document.xml" ContentType="${DOCX_TYPE}.document.main+xml"/></Types>`,
    '_rels/.rels': relations(['rId1', 'officeDocument', 'word/document.xml']),
    'word/document.xml': part('w:document', `<w:body>${body}</w:body>`),
    'word/_rels/document.xml.rels': relations(
      ...usual.map((name): [string, string, string] => [name, name, `${name}.xml`]),
      ['chart', 'chart', '/word/charts/chart1.xml'],
    ),
    ...parts,
  })
}

/** A paragraph of a Word document. */
export function paragraph(text: string, properties = ''): string {
  return `<w:p><w:pPr>${properties}</w:pPr><w:r><w:t xml:space="preserve">${text}</w:t></w:r></w:p>`
}

/** A chart of one series. */
export function chart(title: string, series: string, points: [category: string, value: string][]): string {
  const cache = (at: 0 | 1) =>
    points.map((pair, n) => `<c:pt idx="${n}"><c:v>${pair[at]}</c:v></c:pt>`).join('')
  return part(
    'c:chartSpace',
    `<c:chart><c:title><c:tx><c:rich><a:p><a:r><a:t>${title}</a:t></a:r></a:p></c:rich></c:tx></c:title><c:plotArea>
     <c:barChart><c:ser><c:tx><c:strRef><c:strCache><c:pt idx="0"><c:v>${series}</c:v></c:pt></c:strCache></c:strRef></c:tx>
     <c:cat><c:strRef><c:strCache>${cache(0)}</c:strCache></c:strRef></c:cat>
     <c:val><c:numRef><c:numCache>${cache(1)}</c:numCache></c:numRef></c:val></c:ser></c:barChart></c:plotArea></c:chart>`,
  )
}
