import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, it } from 'vitest'
import { Ingestor } from '#src/ingest/worker.js'
import { createLogger } from '#src/log.js'
import { FollowingSearch } from '#src/retrieval/following-search.js'
import type { Embedder, EmbedderOptions } from '#src/retrieval/embedder.js'
import { openConnection } from '#src/store/database.js'
import { TEXT_VERSION } from '#src/retrieval/text-version.js'
import { readIndexRecord } from '#src/store/index-record.js'
import { knowledgeFolder, ORG, type KnowledgeFolder } from '../helpers/knowledge-folder.js'

// Embedders that count letters; one is another than the other by its id.

const EMBEDDER = new URL('../fixtures/letter-embedder.mjs', import.meta.url).href
const CHILD = fileURLToPath(new URL('../fixtures/ingest-child.mjs', import.meta.url))
const PASSAGES = 30

const cleanups: (() => unknown)[] = []

afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean()
})

async function load(options: EmbedderOptions): Promise<Embedder> {
  const module = (await import(EMBEDDER)) as { loadEmbedder(options: object): Promise<Embedder> }
  return { ...(await module.loadEmbedder(options)), reads: () => true }
}

function ingestorOf(folder: KnowledgeFolder): Ingestor {
  const ingestor = new Ingestor({
    database: folder.database,
    uploadsDir: folder.uploads,
    log: createLogger('silent', false),
    embedderModule: EMBEDDER,
  })
  cleanups.push(() => ingestor.close())
  return ingestor
}

const options = (folder: KnowledgeFolder, id: string) => ({ directory: folder.path, id })

/** A folder with a document of many passages, embedded by `letters`. */
async function filled(): Promise<KnowledgeFolder> {
  const folder = await knowledgeFolder()
  cleanups.push(() => folder.dispose())
  const sections = Array.from(
    { length: PASSAGES },
    (_, n) => `# Part ${String(n)}\n\n${'Zebras graze. '.repeat(20)}`,
  )
  await folder.addFile('zoo.md', sections.join('\n\n'))
  const ingestor = ingestorOf(folder)
  await ingestor.start(options(folder, 'letters'))
  await ingestor.idle()
  await ingestor.close()
  return folder
}

function counted({ database }: KnowledgeFolder, slot: number): number {
  return (
    database.connection
      .prepare<[number], number>('select count(*) from passage_vector where place % 2 = ?')
      .pluck()
      .get(slot) ?? 0
  )
}

const liveOf = ({ database }: KnowledgeFolder) => readIndexRecord(database.connection)?.live.embedder.id

it.each([
  ['with the earlier vectors while its model is there', 'letters', true],
  ['with words alone where that model is gone', undefined, false],
])('goes on searching %s, then swaps at once', async (_how, earlierId, hasVectors) => {
  const folder = await filled()
  const earlier = earlierId === undefined ? undefined : options(folder, earlierId)
  const reader = openConnection(`${folder.path}/appliance.db`, { readonly: true })
  cleanups.push(() => reader.close())
  const following = await FollowingSearch.start(reader, options(folder, 'slow letters'), earlier, load)
  const ask = async () => {
    const { search, embedder } = await following.current()
    const query = await search.prepare({ orgId: ORG }, 'Where do zebras graze?')
    const hits = search.find({ orgId: ORG }, query, 5)
    return { id: embedder.id, hits: hits.length, hasVectors: hits.some((hit) => hit.vectorScore > 0) }
  }
  const ingestor = ingestorOf(folder)
  await ingestor.start(options(folder, 'slow letters'), earlier)
  expect(ingestor.rebuilding()).toMatchObject({ from: { id: 'letters' }, isSearched: hasVectors })
  // Indexed while the vectors of the other model are being made: it must not be forgotten.
  await folder.addFile('late.md', 'Late zebras graze too.')
  ingestor.wake()
  const during = await ask()
  expect(liveOf(folder)).toBe('letters')
  expect(during).toEqual({ id: hasVectors ? 'letters' : 'slow letters', hits: 5, hasVectors })

  await ingestor.idle()
  expect(ingestor.rebuilding()).toBeNull()
  expect(liveOf(folder)).toBe('slow letters')
  expect(await ask()).toEqual({ id: 'slow letters', hits: 5, hasVectors: true })
  const { n } = folder.database.connection.prepare('select count(*) as n from passage').get() as { n: number }
  // One vector a passage: those of the earlier model are gone.
  expect([counted(folder, 1), counted(folder, 0)]).toEqual([n, 0])
})

it('goes on where a killed process was, with the earlier vectors searched until the end', async () => {
  const folder = await filled()
  const total = counted(folder, 0)
  expect(total).toBeGreaterThan(24)
  const child = spawn(process.execPath, [CHILD, folder.path, 'slow letters'], {
    stdio: 'ignore',
  })
  const gone = once(child, 'exit')
  for (const started = Date.now(); counted(folder, 1) === 0;) {
    expect(Date.now() - started).toBeLessThan(60_000)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  child.kill('SIGKILL')
  await gone
  const kept = counted(folder, 1)
  expect([kept < total, liveOf(folder), counted(folder, 0)]).toEqual([true, 'letters', total])

  const ingestor = ingestorOf(folder)
  await ingestor.start(options(folder, 'slow letters'))
  expect(ingestor.rebuilding()?.done).toBe(kept)
  await ingestor.idle()
  expect([liveOf(folder), counted(folder, 0), counted(folder, 1)]).toEqual(['slow letters', 0, total])
})

it('embeds what has not changed of a source no second time, and cuts anew what another version has cut', async () => {
  const folder = await filled()
  const { connection } = folder.database
  const state = () =>
    connection.prepare('select live_version as version, text_version as text, status from source').get() as {
      version: number
    }
  const before = state()
  const vectors = () => connection.prepare('select distinct hex(vector) from passage_vector order by 1').all()
  const told = vectors()
  connection.exec('update source set text_version = 0')
  // An embedder that gave something else would show: the vectors stay those of before.
  connection.exec(`update passage_vector set vector = zeroblob(length(vector))`)
  const ingestor = ingestorOf(folder)
  await ingestor.start(options(folder, 'letters'))
  await ingestor.idle()
  expect(state()).toEqual({ version: before.version + 1, text: TEXT_VERSION, status: 'ready' })
  expect(vectors()).toEqual([{ 'hex(vector)': '00'.repeat(52) }])
  expect(told).not.toEqual(vectors())
})
