/** A line of a made-up page; points from the page's bottom left. */
export interface PdfLine {
  text: string
  x?: number
  y: number
  size?: number
  bold?: boolean
}

interface PdfOptions {
  /** Adds an encryption dictionary no password opens. */
  encrypted?: boolean
}

/** Writes a PDF by hand: A4-like pages of 600 × 800 points with lines of Helvetica. */
export function tinyPdf(pages: PdfLine[][], options: PdfOptions = {}): Buffer {
  const fonts = 3
  const pageNumber = (index: number) => fonts + 2 + index * 2
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    `<< /Type /Pages /Count ${pages.length} /Kids [${pages.map((_, i) => `${pageNumber(i)} 0 R`).join(' ')}] >>`,
    font('Helvetica'),
    font('Helvetica-Bold'),
    ...pages.flatMap((lines, index) => [
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents ${pageNumber(index) + 1} 0 R ` +
        `/Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> >>`,
      stream(lines.map(drawLine).join('\n')),
    ]),
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

function stream(content: string): string {
  return `<< /Length ${Buffer.byteLength(content, 'latin1')} >>\nstream\n${content}\nendstream`
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
