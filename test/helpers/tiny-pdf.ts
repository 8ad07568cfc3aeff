/** A line of a made-up page; points from the page's bottom left. */
export interface PdfLine {
  text: string
  x?: number
  y: number
  size?: number
  bold?: boolean
}

/** A page that is nothing but a picture, as a scanner makes it. */
export interface PdfPicture {
  data: Buffer
  width: number
  height: number
  /** How the data is packed, as PDF writes it; else as JPEG. */
  packing?: string
}

const JPEG = '/BitsPerComponent 8 /ColorSpace /DeviceRGB /Filter /DCTDecode'

interface PdfOptions {
  /** Dictionaries of annotations and form fields on the first page, as PDF writes them. */
  annotations?: string[]
  /** Bookmarks, to pages counted from 0. */
  bookmarks?: { title: string; page: number }[]
  /** Adds an encryption dictionary no password opens. */
  encrypted?: boolean
}

/** Writes a PDF by hand: A4-like pages of 600 × 800 points with lines of Helvetica, or with a picture. */
export function tinyPdf(pages: (PdfLine[] | PdfPicture)[], options: PdfOptions = {}): Buffer {
  const fonts = 3
  const pageNumber = (index: number) => fonts + 2 + index * 2
  const { annotations = [], bookmarks = [] } = options
  const isPicture = (page: PdfLine[] | PdfPicture): page is PdfPicture => !Array.isArray(page)
  const pictures = pages.filter(isPicture)
  // After the pages come pictures, then annotations, then bookmarks.
  const after = pageNumber(pages.length)
  const firstBookmark = after + pictures.length + annotations.length
  const objects = [
    `<< /Type /Catalog /Pages 2 0 R ${bookmarks.length > 0 ? `/Outlines ${firstBookmark} 0 R` : ''} >>`,
    `<< /Type /Pages /Count ${pages.length} /Kids [${pages.map((_, i) => `${pageNumber(i)} 0 R`).join(' ')}] >>`,
    font('Helvetica'),
    font('Helvetica-Bold'),
    ...pages.flatMap((page, index) => [
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents ${pageNumber(index) + 1} 0 R ` +
        `/Annots [${index === 0 ? annotations.map((_, at) => `${after + pictures.length + at} 0 R`).join(' ') : ''}] ` +
        `/Resources << /Font << /F1 3 0 R /F2 4 0 R >> ` +
        `${isPicture(page) ? `/XObject << /P ${after + pictures.indexOf(page)} 0 R >>` : ''} >> >>`,
      stream(isPicture(page) ? '600 0 0 800 0 0 cm /P Do' : page.map(drawLine).join('\n')),
    ]),
    ...pictures.map(({ data, width, height, packing = JPEG }) =>
      stream(
        data.toString('latin1'),
        `/Type /XObject /Subtype /Image /Width ${width} /Height ${height} ${packing}`,
      ),
    ),
    ...annotations,
    ...outline(bookmarks, firstBookmark, pageNumber),
  ]
  if (options.encrypted === true) {
    const hex = '0'.repeat(64)
    objects.push(`<< /Filter /Standard /V 1 /R 2 /O <${hex}> /U <${hex}> /P -4 >>`)
  }
  const encryption =
    options.encrypted === true
      ? `/Encrypt ${objects.length} 0 R /ID [<${'1'.repeat(32)}> <${'1'.repeat(32)}>]`
      : ''
  return assemble(objects, encryption)
}

function font(name: string): string {
  return `<< /Type /Font /Subtype /Type1 /BaseFont /${name} /Encoding /WinAnsiEncoding >>`
}

function outline(
  bookmarks: { title: string; page: number }[],
  first: number,
  pageNumber: (index: number) => number,
): string[] {
  if (bookmarks.length === 0) return []
  const last = first + bookmarks.length
  return [
    `<< /Type /Outlines /First ${first + 1} 0 R /Last ${last} 0 R /Count ${bookmarks.length} >>`,
    ...bookmarks.map(
      ({ title, page }, at) =>
        `<< /Title (${title}) /Parent ${first} 0 R /Dest [${pageNumber(page)} 0 R /Fit] ` +
        `${first + at + 1 < last ? `/Next ${first + at + 2} 0 R` : ''} >>`,
    ),
  ]
}

function stream(content: string, extra = ''): string {
  return `<< /Length ${Buffer.byteLength(content, 'latin1')} ${extra} >>\nstream\n${content}\nendstream`
}

function drawLine({ text, x = 60, y, size = 10, bold = false }: PdfLine): string {
  const escaped = text.replace(/[\\()]/g, '\\$&')
  return `BT /${bold ? 'F2' : 'F1'} ${size} Tf 1 0 0 1 ${x} ${y} Tm (${escaped}) Tj ET`
}

function assemble(objects: string[], trailerExtra: string): Buffer {
  let body = '%PDF-1.4\n'
  const offsets = objects.map((object, index) => {
    const offset = body.length
    body += `${index + 1} 0 obj\n${object}\nendobj\n`
    return offset
  })
  const xref = body.length
  const rows = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('')
  body += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${rows}`
  body += `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R ${trailerExtra} >>\nstartxref\n${xref}\n%%EOF\n`
  return Buffer.from(body, 'latin1')
}
