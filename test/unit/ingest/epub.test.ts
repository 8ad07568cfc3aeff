import { describe, expect, it } from 'vitest'
import { extractEpub } from '#src/ingest/extract/epub.js'
import { extract } from '#src/ingest/extract/extract.js'
import { zip, type ZipPart } from '../../helpers/zip.js'

const page = (body: string) =>
  `<?xml version="1.0" encoding="utf-8"?><!DOCTYPE html><html xmlns="http://www.w3.org/1999/xhtml"><head><title/><script src="x"/></head><body>${body}</body></html>`
const item = (id: string, href: string, rest = '') =>
  `<item id="${id}" href="${href}" media-type="application/xhtml+xml" ${rest}/>`
const DESCRIPTION = `<?xml version="1.0"?><package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/">
  <metadata><dc:title>Le livre</dc:title></metadata>
  <manifest>${item('b', 'text/two.xhtml')}${item('a', 'text/the%20one.xhtml')}${item('nav', 'nav.xhtml', 'properties="nav"')}
    <item id="css" href="style.css" media-type="text/css"/></manifest>
  <spine><itemref idref="nav"/><itemref idref="a"/><itemref idref="b" linear="no"/><itemref idref="a"/><itemref idref="css"/><itemref idref="none"/></spine></package>`

function epub(parts: Record<string, string> = {}): Buffer {
  const all = {
    'META-INF/container.xml': `<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles><rootfile full-path="OPS/book.opf"/></rootfiles></container>`,
    'OPS/book.opf': DESCRIPTION,
    'OPS/nav.xhtml': page(
      `<nav><ol><li><a href="text/two.xhtml#start">Le second</a></li><li><a href="text/the%20one.xhtml">Le premier</a></li></ol></nav>`,
    ),
    'OPS/text/the one.xhtml': page(
      '<h1>Premier <a id="x"/>chapitre</h1><p>Une phrase.</p><aside>Une note.</aside>',
    ),
    'OPS/text/two.xhtml': page('<p>Une autre phrase.</p>'),
    ...parts,
  }
  const rest: ZipPart[] = Object.entries(all).map(([name, body]) => ({ name, body }))
  return zip([{ name: 'mimetype', body: 'application/epub+zip', isStored: true }, ...rest])
}

const encryption = (algorithm: string) =>
  `<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container" xmlns:e="http://www.w3.org/2001/04/xmlenc#"><e:EncryptedData><e:EncryptionMethod Algorithm="${algorithm}"/></e:EncryptedData></encryption>`

describe('a book', () => {
  it('is read chapter by chapter in its order; a chapter without a heading has the name it is listed under', async () => {
    const found = await extract(epub())

    expect(found.blocks.map(({ kind, text }) => `${kind}: ${text}`)).toEqual([
      'heading: Premier chapitre',
      'paragraph: Une phrase.',
      'paragraph: Une note.',
      'heading: Le second',
      'paragraph: Une autre phrase.',
    ])
    expect(found).toMatchObject({
      mediaType: 'application/epub+zip',
      title: 'Le livre',
      language: 'fr',
      pages: null,
    })
  })

  it('is read when only its fonts are scrambled, and refused when it is protected', async () => {
    const fonts = epub({ 'META-INF/encryption.xml': encryption('http://www.idpf.org/2008/embedding') })
    const locked = epub({
      'META-INF/encryption.xml': encryption('http://www.w3.org/2001/04/xmlenc#aes128-cbc'),
    })

    expect((await extractEpub(fonts)).blocks).toHaveLength(5)
    await expect(extractEpub(locked)).rejects.toThrow(/protected against copying \(DRM\)/)
  })

  it('says what is wrong when it lacks its description or any text', async () => {
    await expect(extractEpub(epub({ 'META-INF/container.xml': '<container/>' }))).rejects.toThrow(
      /description is missing/,
    )
    const blank = { 'OPS/text/the one.xhtml': page(''), 'OPS/text/two.xhtml': page('') }
    await expect(extractEpub(epub(blank))).rejects.toThrow('The file holds no text.')
  })
})
