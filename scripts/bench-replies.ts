import { writeFile } from 'node:fs/promises'
import { z } from 'zod'
import { ApplianceError } from './appliance/appliance.js'
import { grow } from './bench/growth.js'
import { openLibrary, type Library } from './bench/library.js'
import { machineFacts, type Facts } from './bench/machine.js'
import { count, counts, readOptions } from './bench/options.js'
import { measureWriting, type WrittenLevel } from './bench/replies.js'
import { repliesText } from './bench/replies-report.js'
import { tell, withAppliance, type Bench } from './bench/session.js'

// Measures how fast the chat model reads and writes in a whole appliance of its own: `npm run bench -- replies`.

const USAGE = `Measures replies that the chat model writes (answer mode compose).
  --questions 3         replies per number of clients; at least one for each client
  --clients 1,2,4       clients at once
  --passages 200        size of the knowledge base
  --corpus FOLDER       documents and questions of a folder in BEIR layout, instead of generated ones
  --seed 1              of the generated documents
  --models FOLDER       the models (default MODELS_DIR, else models)
  --json FILE           all figures for programs
Markdown goes to standard output at the end, or, with what is finished, on Ctrl-C; progress to standard error.
`

const Options = z.object({
  questions: count.default(3),
  clients: counts.prefault('1,2,4'),
  passages: count.default(200),
  corpus: z.string().optional(),
  seed: count.default(1),
  models: z.string().default(process.env['MODELS_DIR'] ?? 'models'),
  json: z.string().optional(),
})
type Options = z.infer<typeof Options>

/** Most questions asked until one is written, so that the model is loaded before anything is measured. */
const WARM_UP = 5

async function prepare({ client, signal }: Bench, library: Library, passages: number): Promise<string> {
  await grow(client, library, passages, signal, () => undefined)
  const assistant = await client.createAssistant('Writer', 'compose')
  for (const question of library.questions(WARM_UP)) {
    signal.throwIfAborted()
    const { mode, text, metadata } = await client.ask(assistant, question)
    if (mode === 'compose') return assistant
    tell(mode === 'failed' ? text : `${mode} instead of written. ${metadata?.fallback ?? ''}`)
  }
  throw new ApplianceError(
    `None of ${String(WARM_UP)} questions was answered by the chat model; the lines above say why not.`,
  )
}

async function measure(bench: Bench, options: Options): Promise<void> {
  const library = openLibrary(options.corpus, options.seed)
  await bench.appliance.begin()
  const facts: Facts = { ...(await machineFacts(bench.client)), Documents: library.description }
  if (facts['Chat'] === 'none')
    throw new ApplianceError(
      `There is no chat model in ${options.models}: fetch one with "npm run guichet -- models fetch".`,
    )
  const assistant = await prepare(bench, library, options.passages)
  const levels: WrittenLevel[] = []
  try {
    for (const clients of options.clients) {
      tell(`${String(clients)} at once`)
      levels.push(await measureWriting(bench, library, assistant, options.questions, clients))
    }
  } finally {
    if (levels.length > 0) process.stdout.write(repliesText(facts, levels))
    if (options.json !== undefined)
      await writeFile(options.json, `${JSON.stringify({ facts, levels }, undefined, 2)}\n`)
  }
}

const options = readOptions(USAGE, Options, Object.keys(Options.shape))
if (options !== undefined) await withAppliance(options.models, (bench) => measure(bench, options))
