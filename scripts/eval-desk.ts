import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { AnswerMode } from '../src/contract/assistants.js'
import { Appliance, type Access } from './appliance/appliance.js'
import { ApplianceClient, Pair } from './appliance/client.js'
import { DeskQuestion, detail, judgeReply, report, type Outcome } from './desk/report.js'

// Asks a whole appliance, over HTTP, what visitors ask a support desk, and judges the replies:
//   node dist/scripts/eval-desk.js [--pdf FILE] [--set A|B] [--mode auto|quote|compose] [--verbose]
// It starts an appliance of its own on an empty folder, or uses a running one: --url URL --key ID --secret SECRET.
// Questions on the PDF (IBM's Redpaper REDP-5110) are asked only when its file is given.

const FIXTURES = join('test', 'fixtures', 'desk')
const MANUALS = ['handbook.md', 'manuel.md']

const Options = z.object({
  url: z.url().optional(),
  key: z.string().default(''),
  secret: z.string().default(''),
  pdf: z.string().optional(),
  set: z.enum(['A', 'B']).optional(),
  mode: AnswerMode.default('auto'),
  models: z.string().default('models'),
  verbose: z.boolean().default(false),
})
type Options = z.infer<typeof Options>

function readOptions(): Options {
  const text = { type: 'string' } as const
  const { values } = parseArgs({
    options: {
      url: text,
      key: text,
      secret: text,
      pdf: text,
      set: text,
      mode: text,
      models: text,
      verbose: { type: 'boolean' },
    },
  })
  return Options.parse(values)
}

async function readLines<T>(file: string, shape: z.ZodType<T>): Promise<T[]> {
  const lines = (await readFile(join(FIXTURES, file), 'utf8')).trim().split('\n')
  return lines.map((line) => shape.parse(JSON.parse(line)))
}

async function teach(client: ApplianceClient, options: Options): Promise<string> {
  const assistant = await client.createAssistant(`Desk (${options.mode})`, options.mode)
  for (const pair of await readLines('pairs.jsonl', Pair)) await client.addPair(assistant, pair)
  const files = MANUALS.map((name) => join(FIXTURES, name))
  if (options.pdf !== undefined) files.push(options.pdf)
  for (const file of files) await client.addFile(assistant, file)
  return assistant
}

async function examine(access: Access, options: Options): Promise<void> {
  const client = new ApplianceClient(access)
  const assistant = await teach(client, options)
  const questions = (await readLines('questions.jsonl', DeskQuestion)).filter(
    (one) =>
      (options.set === undefined || one.set === options.set) &&
      (one.from !== 'pdf' || options.pdf !== undefined),
  )
  const outcomes: Outcome[] = []
  for (const question of questions) {
    const reply = await client.ask(assistant, question.question)
    const outcome = { question, reply, verdict: judgeReply(question, reply) }
    outcomes.push(outcome)
    if (options.verbose) process.stdout.write(`${detail(outcome)}\n`)
  }
  for (const set of ['A', 'B'] as const) {
    const group = outcomes.filter((one) => one.question.set === set)
    if (group.length > 0) process.stdout.write(`\nset ${set}, ${options.mode}\n${report(group)}\n`)
  }
}

async function main(): Promise<void> {
  const options = readOptions()
  if (options.url !== undefined) {
    await examine({ url: options.url, key: options.key, secret: options.secret }, options)
    return
  }
  const appliance = await Appliance.prepare(options.models)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void appliance.stop().finally(() => process.exit(1)))
  }
  try {
    await appliance.begin()
    await examine(appliance.access, options)
  } finally {
    await appliance.stop()
  }
}

await main()
