import { describe, expect, it } from 'vitest'
import { closePdf, openPdf } from '#src/ingest/extract/pdf-document.js'
import { drawPage } from '#src/ingest/extract/pdf-picture.js'
import { tinyPdf } from '../../helpers/tiny-pdf.js'

describe('drawPage', { timeout: 120_000 }, () => {
  it('unpacks what fax machines and scanners write', async () => {
    // Eight rows of one colour, a bit each, in CCITT Group 4; a page without the picture would be white.
    const fax = {
      data: Buffer.from([0xff, 0x00, 0x10, 0x01]),
      width: 64,
      height: 8,
      packing:
        '/BitsPerComponent 1 /ColorSpace /DeviceGray /Filter /CCITTFaxDecode ' +
        '/DecodeParms << /K -1 /Columns 64 /Rows 8 /BlackIs1 true >>',
    }
    const document = await openPdf(tinyPdf([fax]))
    const { pixels, width, height } = await drawPage(await document.getPage(1), 60_000)
    await closePdf(document)
    expect(pixels.length).toBe(width * height)
    const dark = pixels.filter((pixel) => pixel < 20).length
    expect(dark / pixels.length).toBeGreaterThan(0.9)
  })
})
