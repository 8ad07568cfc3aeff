import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'
import { openDatabase } from '#src/store/database.js'
import { passageIndex } from '#src/store/passage-index.js'
import { jobStore } from '#src/store/jobs.js'
import { passageStore } from '#src/store/passages.js'
import { sourceStore } from '#src/store/sources.js'
import {
  indexContents,
  knowledgeFolder,
  ORG,
  type KnowledgeFolder,
  type Standing,
} from '../helpers/knowledge-folder.js'
import { startSite } from '../helpers/site.js'
import { tinyPdf } from '../helpers/tiny-pdf.js'

const CHILD = fileURLToPath(new URL('../fixtures/ingest-child.mjs', import.meta.url))
const SUBJECTS = ['printer', 'router', 'invoice', 'holiday', 'parcel', 'account', 'warranty', 'battery']

/** A manual long enough for several batches of the embedder. */
function manual(): string {
  const chapters = SUBJECTS.flatMap((subject) =>
    ['Setting up', 'Cleaning', 'Repairing', 'Returning', 'Paying for'].map(
      (verb) =>
        `## ${verb} the ${subject}\n\n${`To be done with the ${subject} when it is needed. `.repeat(9)}`,
    ),
  )
  return `# Manual\n\n${chapters.join('\n\n')}\n`
}

function book(): Buffer {
  return tinyPdf(
    SUBJECTS.map((subject) => [
      { text: `About the ${subject}`, y: 700, size: 16 },
      { text: `The ${subject} is kept in the cupboard on the second floor.`, y: 660 },
    ]),
  )
}

describe('kill -9 while a source is processed', { timeout: 90_000 }, () => {
  const folders: KnowledgeFolder[] = []
  const children: ChildProcess[] = []

  afterEach(async () => {
    for (const child of children.splice(0)) child.kill('SIGKILL')
    for (const folder of folders.splice(0)) await folder.dispose()
  })

  async function filled(): Promise<KnowledgeFolder> {
    const folder = await knowledgeFolder()
    folders.push(folder)
    await folder.addFile('manual.md', manual())
    await folder.addFile('book.pdf', book())
    return folder
  }

  /** Runs a child on the folder and kills it at the first change of a source that `when` accepts. */
  async function run(
    folder: KnowledgeFolder,
    when?: (source: Standing) => boolean,
    allowed = '',
  ): Promise<void> {
    const child = spawn(process.execPath, [CHILD, folder.path, 'slow-letters', allowed], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    children.push(child)
    const left = once(child, 'exit')
    for await (const line of createInterface({ input: child.stdout })) {
      if (when?.(JSON.parse(line) as Standing) === true) child.kill('SIGKILL')
    }
    const [code, signal] = (await left) as [number | null, NodeJS.Signals | null]
    expect(when ? signal : code).toBe(when ? 'SIGKILL' : 0)
  }

  async function contents(folder: KnowledgeFolder): Promise<unknown> {
    const database = await openDatabase(`${folder.path}/appliance.db`)
    try {
      return indexContents(database)
    } finally {
      await database.close()
    }
  }

  let expected: { live: number }[] | undefined

  async function undisturbedContents(): Promise<{ live: number }[]> {
    const folder = await filled()
    await run(folder)
    return (await contents(folder)) as { live: number }[]
  }

  it.each<[string, (source: Standing) => boolean]>([
    ['extract', (source) => source.stage === 'extract'],
    ['chunk', (source) => source.stage === 'chunk'],
    ['embed, half-way', (source) => source.passagesDone > 12 && source.status === 'processing'],
    ['index', (source) => source.stage === 'index'],
  ])('ends as an undisturbed run does, killed in stage %s', async (_stage, when) => {
    const disturbed = await filled()
    await run(disturbed, when)
    await run(disturbed)

    expected ??= await undisturbedContents()
    expect(expected.length).toBeGreaterThan(30)
    expect(expected.every((passage) => passage.live === 1)).toBe(true)
    expect(await contents(disturbed)).toEqual(expected)
  })

  it('gives a source up that kills the process three times, and goes on with the next', async () => {
    const folder = await knowledgeFolder()
    folders.push(folder)
    const deadly = await folder.addFile('deadly.txt', 'This text KILLS THE PROCESS that embeds it.')
    const good = await folder.addFile('good.txt', 'The counter opens at nine.')
    for (let time = 0; time < 3; time += 1) {
      const child = spawn(process.execPath, [CHILD, folder.path, 'letters'], { stdio: 'ignore' })
      children.push(child)
      expect(await once(child, 'exit')).toEqual([null, 'SIGKILL'])
    }
    await run(folder)

    const rows = await folder.database.db.selectFrom('source').select(['id', 'status', 'error']).execute()
    expect(rows.find((row) => row.id === good.id)).toMatchObject({ status: 'ready', error: null })
    const given = rows.find((row) => row.id === deadly.id)
    expect(given?.status).toBe('failed')
    expect(given?.error).toMatch(/3 times/)
  })

  it('goes on with a crawl, and finds no page twice', async () => {
    const paths = SUBJECTS.map((subject) => `/${subject}`)
    const page = (name: string, links: string[]) =>
      `<html><body><h1>${name}</h1><p>All about the ${name}.</p>${links.map((to) => `<a href="${to}">x</a>`).join('')}</body></html>`
    const site = await startSite(
      Object.fromEntries<string>([
        ['/', page('start', paths.slice(0, 3))] as const,
        ...paths.map((path, at) => [path, page(path.slice(1), ['/', ...paths.slice(at, at + 3)])] as const),
      ]),
    )
    const crawled = async () => {
      const folder = await knowledgeFolder()
      folders.push(folder)
      const { db } = folder.database
      const crawl = { depth: 5, maxPages: 50, sitemap: false, include: [], exclude: [], startedAt: null }
      const { id } = await sourceStore(db).create({
        ...{ orgId: ORG, type: 'url', title: 'Site', url: `${site.origin}/`, crawl },
      })
      await jobStore(db).enqueue({ sourceId: id, orgId: ORG, task: 'ingest', stage: 'fetch' })
      return folder
    }
    const allowed = `127.0.0.1:${String(site.port)}`
    const calm = await crawled()
    await run(calm, undefined, allowed)
    const disturbed = await crawled()
    for (const most of [2, 5]) {
      let ready = 0
      await run(disturbed, ({ status }) => status === 'ready' && (ready += 1) === most, allowed)
    }
    await run(disturbed, undefined, allowed)
    await site.stop()
    const expected = (await contents(calm)) as { title: string }[]
    expect(new Set(expected.map(({ title }) => title)).size).toBe(SUBJECTS.length + 1)
    expect(await contents(disturbed)).toEqual(expected)
  })

  it('goes on with a deletion that was cut short', async () => {
    const folder = await filled()
    await run(folder)
    const source = await folder.database.db
      .selectFrom('source')
      .selectAll()
      .where('title', '=', 'manual.md')
      .executeTakeFirstOrThrow()
    await folder.remove(source.id)
    // What a process that was killed between two batches leaves behind.
    const gone = await passageStore(folder.database.db).nums(source.id, 10)
    passageIndex(folder.database.connection).remove(gone)
    await passageStore(folder.database.db).remove(gone)
    await run(folder)

    expect(existsSync(`${folder.uploads}/${source.stored_file ?? ''}`)).toBe(false)
    expect(await folder.database.db.selectFrom('source').select('title').execute()).toEqual([
      { title: 'book.pdf' },
    ])
    const left = indexContents(folder.database) as { title: string }[]
    expect(new Set(left.map((passage) => passage.title))).toEqual(new Set(['book.pdf']))
    const { n } = folder.database.connection.prepare('select count(*) as n from passage_vector').get() as {
      n: number
    }
    expect(n).toBe(left.length)
  })
})
