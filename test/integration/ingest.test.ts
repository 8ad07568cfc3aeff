import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createLogger } from '#src/log.js'
import { Ingestor } from '#src/ingest/worker.js'
import { passageStore } from '#src/store/passages.js'
import { sourceStore, type Source } from '#src/store/sources.js'
import {
  indexContents,
  knowledgeFolder,
  ORG,
  watchSources,
  type KnowledgeFolder,
  type Standing,
} from '../helpers/knowledge-folder.js'
import { textPicture } from '../helpers/text-picture.js'
import { tinyPdf } from '../helpers/tiny-pdf.js'

interface Indexed {
  text: string
  kind: string
  title: string
  page: number | null
  section: string | null
  live: number
  words: { n: number }
  vector: number[] | null
}

describe('ingestion', () => {
  let folder: KnowledgeFolder
  let ingestor: Ingestor
  let events: Standing[]

  beforeEach(async () => {
    folder = await knowledgeFolder()
    events = []
    watchSources(folder.database, (source) => events.push(source))
    ingestor = newIngestor()
  })

  afterEach(async () => {
    await ingestor.close()
    await folder.dispose()
  })

  function newIngestor(extractDeadlineMs = 60_000): Ingestor {
    return new Ingestor({
      database: folder.database,
      uploadsDir: folder.uploads,
      log: createLogger('silent', false),
      embedderModule: new URL('../fixtures/letter-embedder.mjs', import.meta.url).href,
      extractDeadlineMs,
    })
  }

  const begin = (id = 'letters') => ingestor.start({ directory: folder.path, id })
  const source = async (id: string) => (await sourceStore(folder.database.db).find(ORG, id))!
  const jobs = () => folder.database.db.selectFrom('job').selectAll().execute()
  const contents = () => indexContents(folder.database) as Indexed[]

  async function addPair(question: string, answer: string): Promise<Source> {
    return sourceStore(folder.database.db).create({
      orgId: ORG,
      type: 'qa',
      title: question,
      question,
      answer,
    })
  }

  it('makes a PDF searchable with pages, sections, words and vectors', async () => {
    const { id } = await folder.addFile(
      'guide.pdf',
      tinyPdf([
        [
          { text: 'Opening hours', y: 700, size: 18 },
          { text: "The counter opens at nine o'clock on weekdays.", y: 660 },
        ],
        [
          { text: 'Returns', y: 700, size: 18 },
          { text: 'Parcels are taken back within thirty days.', y: 660 },
        ],
      ]),
    )
    await begin()
    await ingestor.idle()

    expect(await source(id)).toMatchObject({
      status: 'ready',
      stage: null,
      error: null,
      mediaType: 'application/pdf',
      language: 'en',
      pages: 2,
      pagesDone: 2,
      passages: contents().length,
      passagesDone: contents().length,
    })
    const returns = contents().find((passage) => passage.text.includes('thirty days'))
    expect(returns).toMatchObject({ page: 2, section: 'Returns', kind: 'body', live: 1, words: { n: 1 } })
    expect(returns?.vector).not.toBeNull()
    const stages = [...new Set(events.map((event) => event.stage))]
    expect(stages).toEqual(['extract', 'chunk', 'embed', 'index', null])
    expect(await jobs()).toEqual([])
  })

  it.each<[string, string | Buffer, RegExp]>([
    ['empty.pdf', tinyPdf([[], []]), /holds no text/],
    ['secret.pdf', tinyPdf([[{ text: 'Hidden', y: 700 }]], { encrypted: true }), /password/],
    ['broken.pdf', Buffer.from('%PDF-1.7\nnothing of a PDF follows'), /damaged/],
    ['photo.png', Buffer.from('89504e470d0a1a0a0000000d4948445200000001', 'hex'), /picture is damaged/],
    ['junk.txt', Buffer.from([1, 2, 0, 3, 255, 254, 0, 7]), /binary/],
    ['blank.txt', ' \n\n \n', /no text/],
  ])('tells why %s cannot be read, and goes on with the next', async (name, content, reason) => {
    const { id } = await folder.addFile(name, content)
    const next = await folder.addFile('next.txt', 'The counter opens at nine.')
    await begin()
    await ingestor.idle()

    const failed = await source(id)
    expect(failed.status).toBe('failed')
    expect(failed.error).toMatch(reason)
    expect((await source(next.id)).status).toBe('ready')
    expect(contents().map((passage) => passage.title)).toEqual(['next.txt'])
  })

  it('recognizes a scan, cites its page and says that it was recognized', { timeout: 120_000 }, async () => {
    const scan = textPicture(['Parcels are taken back', 'within thirty days.'])
    const page = { data: scan.toBuffer('image/jpeg'), width: scan.width, height: scan.height }
    const { id } = await folder.addFile(
      'scan.pdf',
      tinyPdf([page, [{ text: 'The counter opens at nine on weekdays.', y: 660 }]]),
    )
    await begin()
    await ingestor.idle()

    expect(await source(id)).toMatchObject({
      status: 'ready',
      pages: 2,
      pagesDone: 2,
      warnings: [{ code: 'text_recognized', pages: [1] }],
    })
    const found = contents().find((passage) => passage.text.includes('within thirty days'))
    expect(found).toMatchObject({ page: 1, live: 1 })
  })

  it('ends an extraction that takes too long, and it alone', async () => {
    await ingestor.close()
    ingestor = newIngestor(1)
    const { id } = await folder.addFile('slow.pdf', tinyPdf([[{ text: 'Slow', y: 700 }]]))
    await begin()
    await ingestor.idle()
    expect(await source(id)).toMatchObject({ status: 'failed', stage: 'extract' })
    expect((await source(id)).error).toMatch(/took longer/)
  })

  it('names the stage in which something unexpected happened', async () => {
    const { id } = await folder.addFile('bad.txt', 'This sentence BREAKS THE EMBEDDER on purpose.')
    await begin()
    await ingestor.idle()
    expect(await source(id)).toMatchObject({ status: 'failed', stage: 'embed' })
    expect((await source(id)).error).toMatch(/"embed"/)
    expect(contents().every((passage) => passage.live === 0)).toBe(true)
  })

  it('finds a pair as soon as indexQa resolves, also while a file waits', async () => {
    await begin('slow-letters')
    await folder.addFile('long.txt', 'A sentence of the long text. '.repeat(2000))
    ingestor.wake()
    const pair = await addPair('When do you open?', 'At nine.')
    await ingestor.indexQa(pair.id)

    expect((await source(pair.id)).status).toBe('ready')
    const found = contents().filter((passage) => passage.title === pair.title)
    expect(found.map(({ kind, text, live }) => ({ kind, text, live }))).toEqual([
      { kind: 'question', text: 'When do you open?', live: 1 },
      { kind: 'answer', text: 'At nine.', live: 1 },
    ])
  })

  it('indexes a pair again in place of what was indexed of it', async () => {
    await begin()
    const pair = await addPair('When do you open?', 'At nine.')
    await ingestor.indexQa(pair.id)
    await folder.database.db
      .updateTable('source')
      .set({ answer: 'At ten.' })
      .where('id', '=', pair.id)
      .execute()
    await ingestor.indexQa(pair.id)
    expect(contents().map((passage) => passage.text)).toEqual(['When do you open?', 'At ten.'])
  })

  it('refuses to index a pair that is being deleted', async () => {
    await begin()
    const pair = await addPair('When do you open?', 'At nine.')
    await folder.remove(pair.id)
    await expect(ingestor.indexQa(pair.id)).rejects.toMatchObject({ code: 'not_found' })
  })

  it('refuses a pair with not_ready before the model is there', async () => {
    const pair = await addPair('When do you open?', 'At nine.')
    await expect(ingestor.indexQa(pair.id)).rejects.toMatchObject({ code: 'not_ready' })
  })

  it('takes up a pair whose process died before it was indexed', async () => {
    const pair = await addPair('When do you open?', 'At nine.')
    await begin()
    await ingestor.idle()
    expect((await source(pair.id)).status).toBe('ready')
    expect(contents()).toHaveLength(2)
  })

  it('removes everything of a deleted source, also one that is being processed', async () => {
    await begin('slow-letters')
    const file = await folder.addFile('long.txt', 'A sentence of the long text. '.repeat(2000))
    ingestor.wake()
    await expect.poll(() => events.some((event) => event.stage === 'embed'), { timeout: 15_000 }).toBe(true)
    await folder.remove(file.id)
    ingestor.wake()
    await ingestor.idle()

    expect(await sourceStore(folder.database.db).anyState(file.id)).toBeUndefined()
    expect(contents()).toEqual([])
    expect(existsSync(join(folder.uploads, file.storedFile ?? ''))).toBe(false)
    expect(await jobs()).toEqual([])
  })

  it('neither reads nor removes what lies outside of the uploads, whatever a row names', async () => {
    const outside = join(folder.path, 'precious.txt')
    writeFileSync(outside, 'The safe opens with 4711.')
    const named = async (storedFile: string, title: string) => {
      const { id } = await folder.addFile(title, 'x')
      await folder.database.db
        .updateTable('source')
        .set({ stored_file: storedFile })
        .where('id', '=', id)
        .execute()
      return id
    }
    const read = [await named('../precious.txt', 'a'), await named(outside, 'b')]
    const removed = [await named('../precious.txt', 'c'), await named(outside, 'd')]
    for (const id of removed) await folder.remove(id)
    await begin()
    await ingestor.idle()
    for (const id of read)
      expect(await source(id)).toMatchObject({ status: 'failed', error: 'The uploaded file is gone.' })
    for (const id of removed) expect(await sourceStore(folder.database.db).anyState(id)).toBeUndefined()
    expect(existsSync(outside)).toBe(true)
    expect(contents()).toEqual([])
    expect(await jobs()).toEqual([])
  })

  it('embeds everything anew when the embedder is another', async () => {
    const { id } = await folder.addFile('hours.txt', 'The counter opens at nine.')
    await begin()
    await ingestor.idle()
    await ingestor.close()
    ingestor = newIngestor()
    await begin('other-letters')
    await ingestor.idle()

    expect((await source(id)).status).toBe('ready')
    expect(contents()).toMatchObject([{ live: 1, words: { n: 1 } }])
    expect(contents()[0]?.vector).not.toBeNull()
  })

  it('stops in good order and goes on later, without the run being counted', async () => {
    const { id } = await folder.addFile('long.txt', 'A sentence of the long text. '.repeat(2000))
    await begin('slow-letters')
    await expect.poll(() => events.some((event) => event.passagesDone > 0), { timeout: 15_000 }).toBe(true)
    await ingestor.close()
    expect(await jobs()).toMatchObject([{ source_id: id, stage: 'embed', attempts: 0 }])
    const done = (await passageStore(folder.database.db).count(id, 1)).indexed
    expect(done).toBeGreaterThan(0)

    ingestor = newIngestor()
    await begin('slow-letters')
    await ingestor.idle()
    expect((await source(id)).status).toBe('ready')
  })
})
