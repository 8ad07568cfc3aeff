import { writeFile } from 'node:fs/promises'
import { z } from 'zod'
import { openLibrary } from './bench/library.js'
import { machineFacts } from './bench/machine.js'
import type { Memory } from './bench/memory.js'
import { count, counts, readOptions } from './bench/options.js'
import { tell, withAppliance, type Bench } from './bench/session.js'
import { childMemory, measureSize, type Step } from './bench/sizing.js'
import { sizingText } from './bench/sizing-report.js'

// Measures a whole appliance of its own at several sizes of its knowledge base: `npm run bench -- sizing`.

const USAGE = `Measures disk, memory, start, ingestion, search and replies of an appliance at several sizes.
  --passages 1000,10000,50000   sizes of the knowledge base, reached one after the other
  --questions 200               searches, and as many replies, per size and number of clients
  --clients 1,4,16              clients at once
  --corpus FOLDER               documents and questions of a folder in BEIR layout, instead of generated ones
  --seed 1                      of the generated documents
  --models FOLDER               the models (default MODELS_DIR, else models)
  --no-writing                  does not load the chat model, whose process is measured at the end
  --json FILE                   all figures for programs, written after each size
Markdown goes to standard output at the end, or, with what is finished, on Ctrl-C; progress to standard error.
`

const Options = z.object({
  passages: counts.prefault('1000,10000,50000'),
  questions: count.default(200),
  clients: counts.prefault('1,4,16'),
  corpus: z.string().optional(),
  seed: count.default(1),
  models: z.string().default(process.env['MODELS_DIR'] ?? 'models'),
  'no-writing': z.boolean().default(false),
  json: z.string().optional(),
})
type Options = z.infer<typeof Options>

async function measure(bench: Bench, options: Options): Promise<void> {
  const library = openLibrary(options.corpus, options.seed)
  await bench.appliance.begin()
  const facts = { ...(await machineFacts(bench.client)), Documents: library.description }
  const steps: Step[] = []
  let child: Memory | undefined
  try {
    for (const passages of options.passages) {
      if (passages <= (steps.at(-1)?.passages ?? 0)) continue
      tell(`growing to ${String(passages)} passages`)
      const step = await measureSize(bench, { ...options, library }, passages, steps.at(-1))
      steps.push(step)
      await save(options.json, { facts, steps })
      if (step.passages < passages) {
        tell(`there are no more documents than make ${String(step.passages)} passages`)
        break
      }
    }
    if (!options['no-writing']) child = await childMemory(bench, library)
    await save(options.json, { facts, steps, child })
  } finally {
    if (steps.length > 0) process.stdout.write(sizingText(facts, steps, child))
  }
}

async function save(file: string | undefined, figures: unknown): Promise<void> {
  if (file !== undefined) await writeFile(file, `${JSON.stringify(figures, undefined, 2)}\n`)
}

const options = readOptions(USAGE, Options, Object.keys(Options.shape), ['no-writing'])
if (options !== undefined) await withAppliance(options.models, (bench) => measure(bench, options))
