import { statSync } from 'node:fs'
import { join } from 'node:path'
import type { Embedder } from '../../src/retrieval/embedder.js'
import { PassageSearch } from '../../src/retrieval/search.js'
import { openConnection, openDatabase, type Connection } from '../../src/store/database.js'
import { passageCandidates } from '../../src/store/passage-candidates.js'
import { cosineOf } from '../../src/store/vector-form.js'
import { percentile } from '../measures.js'
import { GeneratedLibrary } from './generated.js'
import { MixedVectors } from './mixed-vectors.js'
import { atMost, below, type Target } from './retrieval-report.js'
import { ASSISTANT, nextManual, ORG, seedOwners, seedPassages } from './retrieval-seed.js'
import { tell } from './session.js'

const SCOPE = { orgId: ORG, assistantId: ASSISTANT }
const HITS = 10
const WARM_UP = 20
const EXACT_QUERIES = 20
const MEAN_SAMPLE = 300
const BYTES_PER_MB = 1024 ** 2

/** What every part of the measurement is given. */
export interface RetrievalBench {
  dir: string
  embedder: Embedder
  seed: number
}

/** Real texts embedded, for vectors to be made of. */
export async function sampleVectors(
  { embedder, seed }: RetrievalBench,
  sample: number,
): Promise<MixedVectors> {
  tell(`embedding ${String(sample)} passages, of which all vectors are made`)
  const library = new GeneratedLibrary(seed)
  const texts: string[] = []
  while (texts.length < sample) {
    const { title, sections } = nextManual(library)
    for (const { section, text } of sections.slice(0, 8)) texts.push(`${title}. ${section}. ${text}`)
  }
  return MixedVectors.of(embedder, texts.slice(0, sample), seed)
}

/** Whole searches, words and vectors, of one assistant among so many passages. */
export async function measureSearch(
  bench: RetrievalBench,
  vectors: MixedVectors,
  passages: number,
): Promise<Target[]> {
  const file = join(bench.dir, 'search.db')
  const library = new GeneratedLibrary(bench.seed)
  await seed(file, bench.embedder, vectors, passages, library)
  const connection = openConnection(file, { readonly: true, mapped: true })
  const candidates = passageCandidates(connection)
  const [loadMs, memory] = timed(() => candidates.warm())
  const search = new PassageSearch(connection, bench.embedder, candidates)
  const whole: number[] = []
  const apart: number[] = []
  for (const [at, question] of library.questions(MEAN_SAMPLE).entries()) {
    const began = performance.now()
    await bench.embedder.embed([question], 'query')
    const embedded = performance.now()
    const query = await search.prepare(SCOPE, question)
    search.find(SCOPE, query, HITS)
    if (at < WARM_UP) continue
    const ended = performance.now()
    // The question was embedded twice: once to know how long that takes.
    whole.push(ended - embedded)
    apart.push(ended - embedded - (embedded - began))
  }
  connection.close()
  const bytes = statSync(file).size
  const name = `search among ${String(passages)} passages`
  return [
    atMost(`${name}, p50`, percentile(apart, 0.5), 25, 'ms'),
    atMost(`${name}, p95`, percentile(apart, 0.95), 60, 'ms'),
    atMost(`${name}, embedding of the question included, p50`, percentile(whole, 0.5), undefined, 'ms'),
    atMost(`${name}, embedding of the question included, p95`, percentile(whole, 0.95), undefined, 'ms'),
    below('database, a passage', bytes / passages, 'bytes'),
    below('memory of the search, a passage', memory / passages, 'bytes'),
    below('reading the index at the start', loadMs, 'ms'),
  ]
}

/** The nearest of so many vectors, and how many of them an exact comparison finds too. */
export async function measureVectors(
  bench: RetrievalBench,
  vectors: MixedVectors,
  wanted: number,
): Promise<Target[]> {
  const file = join(bench.dir, 'vectors.db')
  await seed(file, bench.embedder, vectors, wanted, undefined)
  const connection = openConnection(file, { readonly: true, mapped: true })
  const candidates = passageCandidates(connection)
  const [loadMs, memory] = timed(() => candidates.warm())
  const queries = Array.from({ length: MEAN_SAMPLE }, () => vectors.next())
  const times = queries.map((query) => timed(() => candidates.nearest(SCOPE, query, 100))[0]).slice(WARM_UP)
  const asked = queries.slice(0, EXACT_QUERIES)
  const exact = exactly(connection, asked)
  const found = asked.map((query) => candidates.nearest(SCOPE, query, HITS).map(({ num }) => num))
  const common = found.reduce((sum, nums, at) => sum + nums.filter((num) => exact[at]?.has(num)).length, 0)
  connection.close()
  const recall = common / (HITS * EXACT_QUERIES)
  const name = `nearest of ${String(wanted)} vectors`
  return [
    atMost(`${name}, p50`, percentile(times, 0.5), undefined, 'ms'),
    atMost(`${name}, p95`, percentile(times, 0.95), 150, 'ms'),
    {
      name: `${name}, recall@10 beside exact comparison`,
      limit: 'at least 0.97',
      found: recall.toFixed(3),
      met: recall >= 0.97,
    },
    below('memory of the search in all', memory / BYTES_PER_MB, 'MB'),
    below('database, a vector and its passage without text', statSync(file).size / wanted, 'bytes'),
    below('reading the index at the start', loadMs, 'ms'),
  ]
}

/** The ten nearest of each, of all that the assistant may find, by comparing every vector. */
function exactly(connection: Connection, queries: readonly Float32Array[]): Set<number>[] {
  tell('comparing every vector, to know what should have been found')
  const best = queries.map((): { num: number; score: number }[] => [])
  const rows = connection
    .prepare<[object], { num: number; vector: Buffer }>(
      `select p.num, v.vector from passage p join passage_vector v on v.place = p.num * 2
       join source s on s.id = p.source_id
       where p.org_id = @org and not exists (select 1 from assistant_source r where r.source_id = s.id)
         and (s.everyone = 1 or exists (
           select 1 from source_assistant a where a.source_id = s.id and a.assistant_id = @assistant))`,
    )
    .iterate({ org: ORG, assistant: ASSISTANT })
  for (const { num, vector } of rows)
    for (const [at, query] of queries.entries()) {
      const score = cosineOf(vector, query)
      const list = best[at] ?? []
      if (list.length === HITS && score <= (list.at(-1)?.score ?? 0)) continue
      list.push({ num, score })
      list.sort((a, b) => b.score - a.score)
      list.splice(HITS)
    }
  return best.map((list) => new Set(list.map(({ num }) => num)))
}

async function seed(
  file: string,
  embedder: Embedder,
  vectors: MixedVectors,
  passages: number,
  words: GeneratedLibrary | undefined,
): Promise<void> {
  const database = await openDatabase(file)
  seedOwners(database, embedder)
  let told = 0
  seedPassages(database, vectors, passages, {
    words,
    onPassages: (done) => {
      if (done < told + passages / 5) return
      told = done
      tell(`${String(done)} of ${String(passages)} ${words === undefined ? 'vectors' : 'passages'} stored`)
    },
  })
  database.connection.pragma('wal_checkpoint(truncate)')
  await database.close()
}

function timed<T>(work: () => T): [ms: number, result: T] {
  const began = performance.now()
  const result = work()
  return [performance.now() - began, result]
}
