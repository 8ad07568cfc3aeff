import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { extract } from '#src/ingest/extract/extract.js'
import { noisePicture, textPicture } from '../../helpers/text-picture.js'

const NOTICE = [
  'Le guichet est ouvert de neuf à dix-sept heures.',
  'Les réclamations sont traitées à l’étage, près de l’entrée.',
  'Please bring your invoice and your customer number.',
]
const words = (text: string) => new Set(text.toLowerCase().match(/[\p{L}\p{N}]+/gu))

/** Share of the expected words that were read, accents included. */
function share(expected: string[], text: string): number {
  const found = words(text)
  const wanted = [...words(expected.join(' '))]
  return wanted.filter((word) => found.has(word)).length / wanted.length
}

/** A BMP by hand: 24 bits, rows from the bottom up. */
function bmp(rgba: Buffer, width: number, height: number): Buffer {
  const row = Math.ceil((width * 3) / 4) * 4
  const file = Buffer.alloc(54 + row * height)
  file.write('BM')
  file.writeUInt32LE(file.length, 2)
  file.writeUInt32LE(54, 10)
  file.writeUInt32LE(40, 14)
  file.writeInt32LE(width, 18)
  file.writeInt32LE(height, 22)
  file.writeUInt16LE(1, 26)
  file.writeUInt16LE(24, 28)
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const from = ((height - 1 - y) * width + x) * 4
      rgba.copy(file, 54 + y * row + x * 3, from, from + 3)
    }
  }
  return file
}

describe('pictures', { timeout: 120_000 }, () => {
  const page = textPicture(NOTICE, { width: 1100, height: 400 })
  const png = page.toBuffer('image/png')

  it.each<[string, () => Buffer | Promise<Buffer>]>([
    ['image/png', () => png],
    ['image/jpeg', () => sharp(png).jpeg().toBuffer()],
    ['image/webp', () => sharp(png).webp().toBuffer()],
    ['image/gif', () => sharp(png).gif().toBuffer()],
    ['image/tiff', () => sharp(png).tiff({ compression: 'lzw' }).toBuffer()],
    ['image/bmp', () => bmp(page.data(), page.width, page.height)],
  ])('are read as %s, in French and English', async (mediaType, file) => {
    const { blocks, warnings, ...facts } = await extract(await file())
    expect(facts).toMatchObject({ mediaType, pages: null, language: 'fr' })
    expect(share(NOTICE, blocks.map((block) => block.text).join(' '))).toBeGreaterThan(0.9)
    expect(warnings?.map((warning) => warning.code)).toEqual(['text_recognized'])
  })

  it('are turned as their camera says', async () => {
    const turned = await sharp(png).rotate(90).jpeg().withMetadata({ orientation: 8 }).toBuffer()
    const { blocks } = await extract(turned)
    expect(share(NOTICE, blocks.map((block) => block.text).join(' '))).toBeGreaterThan(0.9)
  })

  it('of a screen are enlarged until their letters can be read', async () => {
    const small = textPicture(NOTICE, { width: 520, height: 200, size: 14 }).toBuffer('image/png')
    const { blocks } = await extract(small)
    expect(share(NOTICE, blocks.map((block) => block.text).join(' '))).toBeGreaterThan(0.9)
  })

  it('with rows of columns give rows of a table', async () => {
    const table = textPicture([], { width: 1250, height: 500 })
    const context = table.getContext('2d')
    const rows = [
      ['Product', 'Price', 'Stock'],
      ['Lamp', '12', '340'],
      ['Chair', '58', '125'],
    ]
    rows.forEach((row, at) => {
      row.forEach((cell, column) => context.fillText(cell, 80 + column * 400, 100 + at * 60))
    })
    const { blocks } = await extract(table.toBuffer('image/png'))
    expect(blocks).toMatchObject([
      { kind: 'table', text: 'Product | Price | Stock\nLamp | 12 | 340\nChair | 58 | 125' },
    ])
  })

  it.each<[string, () => Buffer | Promise<Buffer>, RegExp]>([
    ['without text', () => noisePicture().toBuffer('image/png'), /holds no text/],
    ['of one colour', () => textPicture([]).toBuffer('image/png'), /holds no text/],
    ['cut off', () => png.subarray(0, png.length / 3), /damaged or incomplete/],
    ['of giant size, by its header', () => giantPng(), /50000 × 50000 pixels; at most 100 million/],
    ['of giant size, as BMP', () => giantBmp(), /60000 × 60000 pixels; at most 100 million/],
  ])('%s are refused in one sentence', async (_name, file, reason) => {
    await expect(extract(await file())).rejects.toMatchObject({
      name: 'ExtractionError',
      message: expect.stringMatching(reason) as string,
    })
  })

  /** Its header tells of 50,000 × 50,000 pixels; whoever decodes it first would need gigabytes. */
  function giantPng(): Buffer {
    const file = Buffer.from(png)
    file.writeUInt32BE(50_000, 16)
    file.writeUInt32BE(50_000, 20)
    file.writeUInt32BE(crc32(file.subarray(12, 29)), 29)
    return file
  }

  function giantBmp(): Buffer {
    const file = bmp(Buffer.alloc(4 * 4 * 4), 4, 4)
    file.writeInt32LE(60_000, 18)
    file.writeInt32LE(-60_000, 22)
    return file
  }
})

function crc32(bytes: Buffer): number {
  let crc = 0xffffffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1
  }
  return (crc ^ 0xffffffff) >>> 0
}
