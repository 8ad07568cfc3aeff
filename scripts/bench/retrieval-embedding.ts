import { randomUUID } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { env, pipeline } from '@xenova/transformers'
import { Ingestor } from '../../src/ingest/worker.js'
import { createLogger } from '../../src/log.js'
import { embeddedText } from '../../src/retrieval/index-text.js'
import { openDatabase, type Database } from '../../src/store/database.js'
import { jobStore } from '../../src/store/jobs.js'
import { sourceStore } from '../../src/store/sources.js'
import { GeneratedLibrary } from './generated.js'
import { below, type Target } from './retrieval-report.js'
import { tell } from './session.js'

const ORG = 'bench'
const LEAST_RATIO = 0.9

/** Ingestion of documents beside a bare loop of transformers.js over the same passages, in turns of half of them. */
export async function measureEmbedding(dir: string, modelDir: string, passages: number): Promise<Target[]> {
  const library = new GeneratedLibrary(3)
  tell(`ingesting about ${String(passages)} passages, and embedding the same ones in a bare loop`)
  const [uploads, file] = [join(dir, 'uploads'), join(dir, 'embedding.db')]
  mkdirSync(uploads)
  const database = await openDatabase(file)
  const organization = { id: ORG, name: ORG, requests_per_hour: null, created_at: '' }
  await database.db.insertInto('organization').values(organization).execute()
  const ingestor = new Ingestor({ database, uploadsDir: uploads, log: createLogger('silent', false) })
  try {
    await give(database, uploads, library, 2)
    await ingestor.start({ directory: modelDir })
    await ingestor.idle()
    const bare = await bareLoop(modelDir)
    const rates = { ours: [] as number[], bare: [] as number[] }
    let done = await countOf(database)
    for (let round = 0; round < 2; round += 1) {
      await give(database, uploads, library, Math.ceil(passages / 2))
      const began = performance.now()
      ingestor.wake()
      await ingestor.idle()
      const seconds = (performance.now() - began) / 1000
      const texts = await textsAfter(database, done)
      done += texts.length
      rates.ours.push(texts.length / seconds)
      rates.bare.push(texts.length / (await bare(texts)))
    }
    const sum = (list: number[]) => list.reduce((total, each) => total + each, 0)
    const ratio = sum(rates.ours) / sum(rates.bare)
    return [
      below('passages ingested a second', sum(rates.ours) / 2, ''),
      below('passages embedded a second by a bare loop', sum(rates.bare) / 2, ''),
      {
        name: 'ingestion beside the bare loop',
        limit: `at least ${String(LEAST_RATIO)}`,
        found: ratio.toFixed(2),
        met: ratio >= LEAST_RATIO,
      },
    ]
  } finally {
    await ingestor.close()
    await database.close()
  }
}

/** Uploads documents of about so many passages. */
async function give(
  database: Database,
  uploads: string,
  library: GeneratedLibrary,
  passages: number,
): Promise<void> {
  for (let given = 0; given < passages;) {
    const { name, text, sections } = library.next(passages - given)
    given += sections
    const storedFile = randomUUID().replaceAll('-', '')
    writeFileSync(join(uploads, storedFile), text)
    const source = await sourceStore(database.db).create({
      ...{ orgId: ORG, type: 'file', title: name, fileName: name, storedFile },
    })
    await jobStore(database.db).enqueue({ sourceId: source.id, orgId: ORG, task: 'ingest', stage: 'extract' })
  }
}

async function countOf({ db }: Database): Promise<number> {
  const { n } = await db
    .selectFrom('passage')
    .select((eb) => eb.fn.countAll<number>().as('n'))
    .executeTakeFirstOrThrow()
  return n
}

async function textsAfter({ db }: Database, done: number): Promise<string[]> {
  const rows = await db
    .selectFrom('passage')
    .innerJoin('source', 'source.id', 'passage.source_id')
    .select(['passage.kind', 'passage.section', 'passage.text', 'source.title'])
    .orderBy('passage.num')
    .offset(done)
    .limit(1_000_000)
    .execute()
  return rows.map((row) => embeddedText(row))
}

/** Seconds that transformers.js alone takes for texts, on one thread as ours. */
async function bareLoop(modelDir: string): Promise<(texts: readonly string[]) => Promise<number>> {
  env.allowRemoteModels = false
  env.localModelPath = dirname(resolve(modelDir))
  const extract = await pipeline('feature-extraction', basename(modelDir), {
    local_files_only: true,
    device: 'cpu',
    dtype: 'q8',
    session_options: { intraOpNumThreads: 1, interOpNumThreads: 1, executionMode: 'sequential' },
  })
  return async (texts) => {
    const began = performance.now()
    for (const text of texts) await extract(text, { pooling: 'mean', normalize: true })
    return (performance.now() - began) / 1000
  }
}
