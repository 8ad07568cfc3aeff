import type { Command } from 'commander'
import { z } from 'zod'
import { Guichet, type Credentials } from '../client/guichet.js'
import { readConfig } from '../config.js'
import { AskError } from './ask-error.js'
import { print } from './output.js'

interface AskOptions {
  url?: string
  assistant?: string
  locale?: string
  json?: true
}

/** What an appliance's own page works with: whom to ask when nobody is named. */
const PageConfig = z.object({ client_id: z.string(), assistant: z.object({ id: z.string() }).nullable() })
type Asked = Awaited<ReturnType<Guichet['sessions']['send']>>

const ANSWER_MS = 10_000

/** Adds `guichet ask`: one question to a running appliance, as a visitor would ask it. */
export function registerAsk(program: Command): void {
  program
    .command('ask')
    .description('asks a running appliance one question and shows the reply with its sources')
    .argument('<question>', 'what a visitor would write')
    .option('--url <url>', 'where the appliance is; the local one unless told')
    .option('--assistant <id>', 'whom to ask; the assistant of the page unless told')
    .option('--locale <tag>', 'the visitor’s language, such as fr')
    .option('--json', 'print the whole exchange as JSON')
    .addHelpText(
      'after',
      '\nAsks with a widget token. With GUICHET_CLIENT_ID and GUICHET_CLIENT_SECRET set, it asks with those keys.',
    )
    .action(async (question: string, options: AskOptions) => {
      const baseUrl = options.url ?? `http://127.0.0.1:${String(readConfig(process.env).http.port)}`
      const { client_id: clientId, assistant } = await pageConfig(baseUrl)
      const assistantId = options.assistant ?? assistant?.id
      if (assistantId === undefined)
        throw new AskError('There is no active assistant; name one with --assistant.')
      const guichet = new Guichet({ baseUrl, credentials: credentials(process.env, clientId, baseUrl) })
      const locale = options.locale === undefined ? {} : { locale: options.locale }
      const { id } = await guichet.sessions.create({ assistant_id: assistantId, ...locale })
      const asked = await follow(guichet, id, question, options.json === true)
      print(options.json, asked, sourcesOf(asked))
    })
}

/** Prints the words as they come, unless the whole is printed later; gives back both messages. */
async function follow(guichet: Guichet, id: string, content: string, quiet: boolean): Promise<Asked> {
  for await (const frame of await guichet.sessions.stream(id, { content })) {
    if (frame.type === 'done') return frame.data
    if (frame.type === 'token' && !quiet) process.stdout.write(printable(frame.text))
  }
  throw new AskError('The reply ended before it was finished.')
}

async function pageConfig(baseUrl: string): Promise<z.output<typeof PageConfig>> {
  try {
    const response = await fetch(`${baseUrl.replace(/\/+$/, '')}/page/config.json`, {
      signal: AbortSignal.timeout(ANSWER_MS),
    })
    return PageConfig.parse(await response.json())
  } catch (error) {
    throw new AskError(`No appliance answers at ${baseUrl}.`, { cause: error })
  }
}

function credentials(env: NodeJS.ProcessEnv, clientId: string, baseUrl: string): Credentials {
  const { GUICHET_CLIENT_ID: id, GUICHET_CLIENT_SECRET: secret } = env
  if (id && secret) return { clientId: id, clientSecret: secret }
  return { clientId: id ?? clientId, embedOrigin: new URL(baseUrl).origin }
}

function sourcesOf({ assistant_message: reply }: Asked): string {
  const lines = (reply?.sources ?? []).map(({ title, page, section }) =>
    [title, page === null ? '' : `p. ${String(page)}`, section ?? ''].filter(Boolean).join(' · '),
  )
  return `\n${[...new Set(lines)].map((line) => `  — ${printable(line)}\n`).join('')}`
}

/** A document's words must not move the cursor or colour a terminal. */
function printable(text: string): string {
  return text.replace(/(?![\n\t])\p{Cc}/gu, '')
}
