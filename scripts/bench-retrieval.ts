import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { loadEmbedder } from '../src/retrieval/embedder.js'
import { hostFacts } from './bench/machine.js'
import { count, readOptions } from './bench/options.js'
import { measureEmbedding } from './bench/retrieval-embedding.js'
import { measureIngest } from './bench/retrieval-ingest.js'
import { measurePdf } from './bench/retrieval-pdf.js'
import { retrievalText, type Part } from './bench/retrieval-report.js'
import { measureSearch, measureVectors, sampleVectors } from './bench/retrieval-search.js'
import { withAppliance } from './bench/session.js'

// Measures search at scale and what ingestion costs: `npm run bench -- retrieval`.

const PARTS = ['search', 'vectors', 'embedding', 'pdf', 'ingest'] as const
const MODEL = 'all-MiniLM-L6-v2'

const USAGE = `Measures search among many passages, and what ingestion takes and costs those who ask meanwhile.
  --only ${PARTS.join(',')}   the parts to be measured (default: all)
  --passages 100000    passages of the searches
  --vectors 1000000    vectors of the comparison with exact search
  --sample 1000        passages that are really embedded; all vectors are mixed from theirs
  --embedded 300       passages of the comparison with a bare loop
  --pages 300          pages of the generated PDF
  --pdf FILE           this PDF instead of a generated one
  --documents 500      documents ingested while messages come
  --model FOLDER       the embedding model's folder in the models folder (default ${MODEL})
  --models FOLDER      the models (default MODELS_DIR, else models)
  --seed 1             of whatever is generated
  --json FILE          all figures for programs
Markdown goes to standard output, progress to standard error.
`

const Options = z.object({
  only: z
    .string()
    .default(PARTS.join(','))
    .transform((text) => text.split(','))
    .pipe(z.array(z.enum(PARTS, { error: `names other parts than ${PARTS.join(', ')}` }))),
  passages: count.default(100_000),
  vectors: count.default(1_000_000),
  sample: count.default(1000),
  embedded: count.default(300),
  pages: count.default(300),
  pdf: z.string().optional(),
  documents: count.default(500),
  model: z.string().default(MODEL),
  models: z.string().default(process.env['MODELS_DIR'] ?? 'models'),
  seed: count.default(1),
  json: z.string().optional(),
})
type Options = z.infer<typeof Options>

const MIXED = (sample: number) =>
  `Vectors are mixed from ${String(sample)} really embedded passages and a seeded random: embedding all would take hours. One assistant asks; a tenth of the sources is another organization's, and some are reserved to another assistant or excluded.`

async function scale(dir: string, options: Options): Promise<Part[]> {
  const { only, sample, seed } = options
  if (!only.includes('search') && !only.includes('vectors')) return []
  const embedder = await loadEmbedder({ directory: join(options.models, options.model) })
  const bench = { dir, embedder, seed }
  const parts: Part[] = []
  const vectors = await sampleVectors(bench, sample)
  if (only.includes('search')) {
    const targets = await measureSearch(bench, vectors, options.passages)
    parts.push({ title: 'Search', note: MIXED(sample), targets })
  }
  if (only.includes('vectors')) {
    const targets = await measureVectors(bench, vectors, options.vectors)
    parts.push({ title: 'Vectors', note: MIXED(sample), targets })
  }
  await embedder.dispose()
  return parts
}

async function ingestion(dir: string, options: Options): Promise<Part[]> {
  const { only, models, model } = options
  const parts: Part[] = []
  if (only.includes('embedding')) {
    const targets = await measureEmbedding(dir, join(models, model), options.embedded)
    const note =
      'Whole ingestion, from the file to the index, on one thread; the bare loop embeds the same texts.'
    parts.push({ title: 'Embedding', note, targets })
  }
  if (only.includes('pdf')) {
    const targets = await measurePdf(dir, options.pdf, options.pages)
    parts.push({ title: 'PDF', note: 'The fastest of three runs each.', targets })
  }
  if (only.includes('ingest'))
    await withAppliance(models, async (bench) => {
      const targets = await measureIngest(bench, options.documents)
      const note = 'A whole appliance; replies are quoted, without the chat model.'
      parts.push({ title: 'Messages during ingestion', note, targets })
    })
  return parts
}

async function run(options: Options): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'guichet-retrieval-'))
  try {
    const facts = { ...(await hostFacts()), Embedding: options.model }
    const parts = [...(await scale(dir, options)), ...(await ingestion(dir, options))]
    process.stdout.write(retrievalText(facts, parts))
    if (options.json !== undefined)
      await writeFile(options.json, `${JSON.stringify({ facts, parts }, undefined, 2)}\n`)
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}

const options = readOptions(USAGE, Options, Object.keys(Options.shape))
if (options !== undefined) await run(options)
