import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { ApplianceError } from './appliance/appliance.js'
import { comparedReads, fullReads, messageCases } from './bench/http-cases.js'
import { httpText, targetsOf, type HttpFigures } from './bench/http-report.js'
import { seedTalk } from './bench/http-seed.js'
import { MeasuredServer } from './bench/http-server.js'
import { hostFacts } from './bench/machine.js'
import { count, readOptions } from './bench/options.js'
import { tell } from './bench/session.js'

// Measures what the HTTP side, the rules and the database cost without any model: `npm run bench -- http`.

const USAGE = `Measures messages, reads and a full database of an appliance whose search and chat model are scripted.
  --seconds 10        how long each case is measured
  --sessions 10000    sessions of the full database
  --messages 200000   messages of the full database
  --json FILE         all figures for programs
Markdown goes to standard output, progress to standard error.
`

const Options = z.object({
  seconds: count.default(10),
  sessions: count.default(10_000),
  messages: count.default(200_000),
  json: z.string().optional(),
})
type Options = z.infer<typeof Options>

async function measure(dataDir: string, { seconds, ...seed }: Options): Promise<HttpFigures> {
  const running = new Set<MeasuredServer>()
  const start = async (dir?: string) => {
    const server = await MeasuredServer.start(dir)
    running.add(server)
    return server
  }
  try {
    const [first, bare] = [await start(dataDir), await start()]
    const messages = await messageCases(first.access, seconds)
    const compared = await comparedReads(first.access, bare.access, seconds)
    await Promise.all([first.stop(), bare.stop()])
    tell(`putting ${String(seed.messages)} messages in ${String(seed.sessions)} sessions into the database`)
    await seedTalk(dataDir, seed)
    const full = await fullReads(await start(dataDir), seconds)
    return { facts: await hostFacts(), seed, messages, compared, full }
  } finally {
    await Promise.all([...running].map((server) => server.stop()))
  }
}

async function run(options: Options): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'guichet-http-'))
  try {
    const figures = await measure(dataDir, options)
    process.stdout.write(httpText(figures))
    const all = { ...figures, targets: targetsOf(figures) }
    if (options.json !== undefined) await writeFile(options.json, `${JSON.stringify(all, undefined, 2)}\n`)
  } catch (error) {
    if (!(error instanceof ApplianceError)) throw error
    tell(error.message)
    process.exitCode = 1
  } finally {
    await rm(dataDir, { recursive: true, force: true })
  }
}

const options = readOptions(USAGE, Options, Object.keys(Options.shape))
if (options !== undefined) await run(options)
