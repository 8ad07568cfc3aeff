import { describe, expect, it } from 'vitest'
import { extract } from '#src/ingest/extract/extract.js'
import { decodeText, extractText } from '#src/ingest/extract/text.js'

const FRENCH = 'L’été, le guichet est fermé à midi : « à bientôt », dit l’hôtesse. Ça coûte 12 €.'
const PLAIN = "L'été, le guichet est fermé à midi. À bientôt, dit l'hôtesse. Ça coûte très peu, même à Noël."

function utf16(text: string, bigEndian: boolean): Buffer {
  const bytes = Buffer.from(`\uFEFF${text}`, 'utf16le')
  return bigEndian ? bytes.swap16() : bytes
}

describe('decodeText', () => {
  it.each<[string, Buffer, string]>([
    ['UTF-8', Buffer.from(FRENCH), FRENCH],
    ['UTF-8 with a byte order mark', Buffer.from(`\uFEFF${FRENCH}`), FRENCH],
    ['UTF-16, little end first', utf16(FRENCH, false), FRENCH],
    ['UTF-16, big end first', utf16(FRENCH, true), FRENCH],
    ['ISO 8859-1', Buffer.from(PLAIN, 'latin1'), PLAIN],
    ['UTF-16 without a mark', Buffer.from(FRENCH, 'utf16le'), FRENCH],
    ['UTF-16 without a mark, big end first', Buffer.from(FRENCH, 'utf16le').swap16(), FRENCH],
    [
      'Mac OS Roman',
      Buffer.from('Ferm\x8e d\x8fs midi, \x88 bient\x99t\xc9', 'latin1'),
      'Fermé dès midi, à bientôt…',
    ],
    [
      'Windows-1252',
      Buffer.from('Le c\x9cur de la c\xf4te \x96 d\xe9j\xe0 vu', 'latin1'),
      'Le cœur de la côte – déjà vu',
    ],
    [
      'a few words of Shift-JIS',
      Buffer.from('96bc914f2c944e97ee0a8db293a191be98592c33300a', 'hex'),
      '名前,年齢\n佐藤太郎,30\n',
    ],
  ])('reads %s', (_name, bytes, text) => {
    expect(decodeText(bytes)).toBe(text)
  })

  it('takes bytes with NULs or many control characters for no text', () => {
    expect(decodeText(Buffer.from('text\0text'))).toBeUndefined()
    expect(decodeText(Buffer.from('\x01\x02\x03\x04text'))).toBeUndefined()
  })
})

describe('extractText', () => {
  it('parts paragraphs by blank lines and keeps line breaks inside them', () => {
    const { blocks } = extractText('One\r\ntwo\r\n \r\n\r\nthree\f- a\n- b\n')
    expect(blocks.map(({ kind, text }) => [kind, text])).toEqual([
      ['paragraph', 'One\ntwo'],
      ['paragraph', 'three'],
      ['list', '- a\n- b'],
    ])
  })
})

describe('extract', () => {
  const media = async (content: string | Buffer, fileName?: string, fileType?: string) =>
    (await extract(Buffer.from(content), { fileName, fileType })).mediaType

  it('lets the name or the hint decide between kinds of text', async () => {
    expect(await media('# A\n\nText.', 'a.md')).toBe('text/markdown')
    expect(await media('# A\n\nText.', 'upload', 'md')).toBe('text/markdown')
    expect(await media('# A\n\n## B\n\nText.', 'a.txt')).toBe('text/plain')
    expect(await media('# A\n\n## B\n\nText.', 'upload')).toBe('text/markdown')
    expect(await media('Only text.', 'upload')).toBe('text/plain')
  })

  it('reads Markdown nested too deep for its parser as plain text', async () => {
    expect(await media(`${'>'.repeat(20_000)} deep`, 'a.md')).toBe('text/plain')
  })

  it('lets the content decide everything else', async () => {
    await expect(media('PK\u0003\u0004 not text', 'a.pdf')).rejects.toThrow(/damaged or incomplete/)
    await expect(media('%PDF-1.4 broken', 'a.txt')).rejects.toThrow(/PDF is damaged/)
  })

  it.each<[string, string | Buffer, RegExp]>([
    ['nothing', '', /empty/],
    ['blanks', ' \n\t\n', /no text/],
    ['a picture', Buffer.from('ffd8ffe000104a46494600010100', 'hex'), /picture/],
    ['binary junk', Buffer.from([0, 1, 2, 3, 200, 201, 0, 0]), /binary data/],
  ])('says of %s why it cannot be read', async (_name, content, reason) => {
    await expect(media(content, 'a.txt')).rejects.toMatchObject({
      name: 'ExtractionError',
      message: expect.stringMatching(reason) as string,
    })
  })
})
