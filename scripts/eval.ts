import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { embedHeadings } from '../src/retrieval/embed-headings.js'
import { loadEmbedder, type Embedder } from '../src/retrieval/embedder.js'
import { indexText } from '../src/retrieval/index-text.js'
import { detectLanguage } from '../src/retrieval/language.js'
import { PassageSearch, type PreparedQuery, type Ranking } from '../src/retrieval/search.js'
import { openDatabase, type Database } from '../src/store/database.js'
import { passageIndex } from '../src/store/passage-index.js'
import { passageStore } from '../src/store/passages.js'
import { sourceStore } from '../src/store/sources.js'
import { minMaxFusion } from './min-max.js'
import { judge, mean, percentile, type Judgement } from './measures.js'

// Measures the search on judged questions: `npm run eval -- --dataset FOLDER [--dataset FOLDER …]`.
// A folder is in BEIR layout: corpus.jsonl, queries.jsonl, qrels.tsv. Its documents go into a temporary
// database as sources of one passage each, through the code that ingestion uses.

const Document = z.object({ _id: z.string(), title: z.string().default(''), text: z.string() })
const Query = z.object({ _id: z.string(), text: z.string() })
type Document = z.infer<typeof Document>
type Query = z.infer<typeof Query>

interface Dataset {
  name: string
  corpus: Document[]
  queries: Query[]
  /** Query id → document id → grade. */
  judged: Map<string, Map<string, number>>
}

const ORG = 'eval'
const DEPTH = 10
/** Each list's length before the baseline merges them. */
const CANDIDATES = 100
/** The product's rankings, and the fusion that docs/retrieval.md measures them beside. */
type List = Ranking | 'min-max'
const LISTS: List[] = ['lexical', 'vector', 'min-max', 'fused']

async function readDataset(folder: string): Promise<Dataset> {
  const read = (file: string) => readFile(join(folder, file), 'utf8')
  const judged = new Map<string, Map<string, number>>()
  for (const line of (await read('qrels.tsv')).trim().split('\n').slice(1)) {
    const [query = '', document = '', grade = '0'] = line.split('\t')
    judged.set(query, (judged.get(query) ?? new Map<string, number>()).set(document, Number(grade)))
  }
  const lines = (text: string) =>
    text
      .trim()
      .split('\n')
      .map((line): unknown => JSON.parse(line))
  const queries = z.array(Query).parse(lines(await read('queries.jsonl')))
  return {
    name: basename(folder),
    corpus: z.array(Document).parse(lines(await read('corpus.jsonl'))),
    queries: queries.filter((query) => judged.has(query._id)),
    judged,
  }
}

/** Stores the documents; answers which source holds which. */
async function load(database: Database, embedder: Embedder, corpus: Document[], asPairs: boolean) {
  const index = passageIndex(database.connection)
  index.ensureVectorTable(embedder.dimension, embedder.id)
  database.connection
    .prepare('insert into organization(id, name, created_at) values (?, ?, ?)')
    .run(ORG, ORG, new Date().toISOString())
  const documents = new Map<string, string>()
  for (const [at, document] of corpus.entries()) {
    documents.set(await store(database, embedder, document, asPairs), document._id)
    if (at % 20 === 0) process.stderr.write(`\r${String(at)} of ${String(corpus.length)} documents embedded `)
  }
  process.stderr.write('\r\x1b[K')
  return documents
}

async function store(database: Database, embedder: Embedder, document: Document, asPair: boolean) {
  const { title, text } = document
  const language = detectLanguage(`${title}. ${text}`)
  const pair = asPair ? { question: title, answer: text } : {}
  const source = await sourceStore(database.db).create({
    orgId: ORG,
    type: asPair ? 'qa' : 'file',
    title,
    ...pair,
  })
  const parts = asPair
    ? [
        { kind: 'question' as const, text: title },
        { kind: 'answer' as const, text },
      ]
    : [{ kind: 'body' as const, text }]
  const passages = parts.map((part, ordinal) => ({
    ...part,
    ordinal,
    page: null,
    section: null,
    startOffset: 0,
    endOffset: part.text.length,
    language,
  }))
  const rows = await passageStore(database.db).stage({ id: source.id, orgId: ORG, everyone: true }, passages)
  for (const [at, num] of rows.entries()) {
    const passage = passages[at]
    if (passage === undefined) continue
    const words = indexText({ ...passage, title }, language)
    const [vector] = await embedder.embed([words.embedded], 'passage')
    if (vector === undefined) continue
    const headings = await embedHeadings(embedder, [words.heading])
    passageIndex(database.connection).insert({
      num,
      orgId: ORG,
      title: words.title,
      body: words.body,
      vector,
      heading: headings.get(words.heading),
    })
  }
  await passageStore(database.db).setLive(source.id)
  await sourceStore(database.db).setStatus(source.id, 'ready')
  return source.id
}

interface Measured {
  judgements: Judgement[]
  milliseconds: number[]
}

async function measure(search: PassageSearch, dataset: Dataset, documents: Map<string, string>) {
  const scope = { orgId: ORG }
  const measured = new Map<List, Measured>(LISTS.map((list) => [list, { judgements: [], milliseconds: [] }]))
  const find = (prepared: PreparedQuery, list: List): string[] => {
    if (list !== 'min-max') return search.find(scope, prepared, DEPTH, list).map((hit) => hit.sourceId)
    const [lexical, vector] = (['lexical', 'vector'] as const).map((one) =>
      search.find(scope, prepared, CANDIDATES, one),
    )
    return minMaxFusion(lexical ?? [], vector ?? []).slice(0, DEPTH)
  }
  for (const query of dataset.queries) {
    const start = performance.now()
    const prepared = await search.prepare(scope, query.text)
    const preparing = performance.now() - start
    for (const [list, { judgements, milliseconds }] of measured) {
      const begun = performance.now()
      const sources = find(prepared, list)
      milliseconds.push(preparing + performance.now() - begun)
      const found = sources.map((source) => documents.get(source) ?? '')
      judgements.push(judge(found, dataset.judged.get(query._id) ?? new Map(), DEPTH))
    }
  }
  return measured
}

function printTable(dataset: Dataset, measured: Map<List, Measured>): void {
  const counts = `${String(dataset.corpus.length)} documents, ${String(dataset.queries.length)} questions`
  const rows = [...measured].map(([list, { judgements, milliseconds }]) =>
    [
      list.padEnd(8),
      mean(judgements.map(({ ndcg }) => ndcg)).toFixed(3),
      mean(judgements.map(({ hit5 }) => hit5)).toFixed(3),
      mean(judgements.map(({ reciprocalRank }) => reciprocalRank)).toFixed(3),
      percentile(milliseconds, 0.5).toFixed(1).padStart(6),
      percentile(milliseconds, 0.95).toFixed(1).padStart(6),
    ].join('  '),
  )
  process.stdout.write(
    `\n${dataset.name} (${counts})\n          nDCG@10 hit@5  MRR    p50 ms  p95 ms\n${rows.join('\n')}\n`,
  )
}

async function evaluate(folder: string, embedder: Embedder, asPairs: boolean): Promise<void> {
  const dataset = await readDataset(folder)
  const directory = await mkdtemp(join(tmpdir(), 'guichet-eval-'))
  const database = await openDatabase(join(directory, 'eval.db'))
  try {
    const documents = await load(database, embedder, dataset.corpus, asPairs)
    printTable(dataset, await measure(new PassageSearch(database.connection, embedder), dataset, documents))
  } finally {
    await database.close()
    await rm(directory, { recursive: true })
  }
}

const { values } = parseArgs({
  options: {
    dataset: { type: 'string', multiple: true, default: [] },
    models: { type: 'string', default: 'models' },
    embedder: { type: 'string', default: 'all-MiniLM-L6-v2' },
    threads: { type: 'string', default: '2' },
    pairs: { type: 'boolean', default: false },
  },
})
if (values.dataset.length === 0) {
  process.stderr.write(
    'Usage: npm run eval -- --dataset FOLDER [--dataset FOLDER …] [--models models] [--embedder NAME] [--threads 2] [--pairs]\n' +
      '--pairs stores each document as a Q&A pair: its title is the question, its text the answer.\n',
  )
  process.exitCode = 1
}
const embedder = await loadEmbedder({
  directory: join(values.models, values.embedder),
  threads: Number(values.threads),
})
for (const folder of values.dataset) await evaluate(folder, embedder, values.pairs)
await embedder.dispose()
