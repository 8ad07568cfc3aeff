import { describe, expect, it } from 'vitest'
import { checkArchive, openArchive } from '#src/ingest/extract/archive.js'
import { ExtractionError } from '#src/ingest/extract/extraction.js'
import { zip } from '../../helpers/zip.js'

const MB = 1024 * 1024

describe('an archive', () => {
  it('tells its parts and gives what they hold, whatever the case and the slashes of their names', async () => {
    const archive = await openArchive(
      zip([
        { name: 'word/', body: '' },
        { name: 'word/Document.xml', body: '<a/>' },
        { name: '/odd\\étude.xml', body: 'é', isStored: true },
      ]),
    )

    expect(archive.entries.map(({ name, bytes }) => [name, bytes])).toEqual([
      ['word/Document.xml', 4],
      ['odd/étude.xml', 2],
    ])
    expect((await archive.read('/word/document.xml'))?.toString()).toBe('<a/>')
    expect((await archive.read('odd/étude.xml'))?.toString()).toBe('é')
    expect(archive.has('word/styles.xml')).toBe(false)
    expect(await archive.read('word/styles.xml')).toBeUndefined()
  })

  it('does not fail for a name that leads out of its folder, which leads nowhere in memory', async () => {
    const archive = await openArchive(zip({ '../../etc/passwd': 'x', 'a.xml': 'text' }))

    expect((await archive.read('a.xml'))?.toString()).toBe('text')
  })

  it('says of what is no whole archive that it is damaged', async () => {
    const whole = zip({ 'a.xml': 'some text '.repeat(100) })
    const cut = whole.subarray(0, whole.length - 40)

    for (const bytes of [cut, Buffer.from('PK\u0003\u0004 and no more'), Buffer.alloc(0)])
      await expect(openArchive(bytes)).rejects.toThrow(/damaged or incomplete/)
  })

  it('says of a part with other bytes than it was packed with that it is damaged', async () => {
    const archive = await openArchive(
      zip([
        { name: 'a.xml', body: 'text', crc: 7 },
        { name: 'b.xml', body: 'text' },
      ]),
    )

    await expect(archive.read('a.xml')).rejects.toThrow(/damaged or incomplete/)
    expect((await archive.read('b.xml'))?.toString()).toBe('text')
  })

  it('says of an encrypted part that it is protected', async () => {
    const archive = await openArchive(zip([{ name: 'a.xml', body: 'text', isEncrypted: true }]))

    await expect(archive.read('a.xml')).rejects.toThrow(/password/)
  })
})

describe('an archive made to fill memory', () => {
  it('is refused for a part that unpacks to a thousand times its size, before that is unpacked', async () => {
    const bomb = zip([{ name: 'word/document.xml', body: Buffer.alloc(MB), times: 1024 }])
    expect(bomb.length).toBeLessThan(1.1 * MB)
    const before = process.memoryUsage().rss
    const archive = await openArchive(bomb)

    await expect(archive.read('word/document.xml')).rejects.toThrow(/hundreds of times its size/)
    await expect(checkArchive(bomb)).rejects.toThrow(ExtractionError)
    expect(process.memoryUsage().rss - before).toBeLessThan(400 * MB)
  })

  it('is refused where its directory claims a small size', async () => {
    const archive = await openArchive(zip([{ name: 'a.xml', body: Buffer.alloc(MB), claims: 100 }]))

    await expect(archive.read('a.xml')).rejects.toThrow(/damaged or incomplete/)
  })

  it('is refused where many parts together hold too much, by what they hold and not by what they claim', async () => {
    const limits = { entries: 10, partBytes: 2 * MB, totalBytes: 3 * MB, ratio: 5000, ratioFrom: 0 }
    const parts = zip({ a: Buffer.alloc(MB), b: Buffer.alloc(MB), c: Buffer.alloc(MB), d: Buffer.alloc(MB) })

    await expect(checkArchive(parts, limits)).rejects.toThrow(/more than 2 MB/)
    await expect(checkArchive(zip({ a: Buffer.alloc(3 * MB) }), limits)).rejects.toThrow(/more than 2 MB/)
    const good = await checkArchive(zip({ a: Buffer.alloc(MB), b: Buffer.alloc(MB) }), limits)
    expect((await good.read('a'))?.length).toBe(MB)
    expect((await good.read('b'))?.length).toBe(MB)
  })

  it('is refused for a hundred thousand parts, also when it claims fewer', async () => {
    const many = zip(Array.from({ length: 100_000 }, (_, n) => ({ name: `${n}`, body: '', isStored: true })))

    await expect(openArchive(many)).rejects.toThrow(/more than 20000 parts/)
  })
})
