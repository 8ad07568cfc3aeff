import type { ReplyMetadata } from '../../src/contract/messages.js'
import type { Reply } from '../appliance/client.js'
import type { Library } from './library.js'
import { atOnce, spread, type Spread } from './load.js'
import { memoryOf, type Memory } from './memory.js'
import { tell, type Bench } from './session.js'

/** Replies that the chat model wrote for so many clients at once; waits in ms. */
export interface WrittenLevel {
  clients: number
  written: number
  /** Replies that were quoted or declined instead, and those that never came. */
  others: number
  failed: number
  /** Means per written reply; what the model knew from the reply before it did not read again. */
  tokens: { prompt: number; cached: number; completion: number }
  /** Tokens a second of reading the prompt, up to the first word, and of writing after it. */
  readPerSecond: number
  writtenPerSecond: number
  firstWord: Spread
  lastWord: Spread
  repliesPerMinute: number
  child: Memory | undefined
}

/** Has replies written for `clients` at once, at least one each. */
export async function measureWriting(
  { client, signal }: Bench,
  library: Library,
  assistant: string,
  questions: number,
  clients: number,
): Promise<WrittenLevel> {
  const asked = library.questions(Math.max(questions, clients))
  const round = await atOnce(clients, asked, signal, async (question) => {
    const reply = await client.ask(assistant, question)
    tell(`${reply.mode}, last word after ${(reply.lastMs / 1000).toFixed(1)} s`)
    return reply
  })
  const written = round.results.filter(({ mode }) => mode === 'compose')
  const failed = round.results.filter(({ mode }) => mode === 'failed')
  for (const { text } of failed.slice(0, 1)) tell(text)
  return {
    clients,
    written: written.length,
    others: round.results.length - written.length - failed.length,
    failed: failed.length,
    ...speed(written),
    repliesPerMinute: (written.length / round.seconds) * 60,
    child: await memoryOf((await client.health()).chat.pid),
  }
}

function speed(written: readonly Reply[]) {
  const sum = (of: (metadata: ReplyMetadata) => number) =>
    written.reduce((total, { metadata }) => total + (metadata === undefined ? 0 : of(metadata)), 0)
  const each = (of: (metadata: ReplyMetadata) => number) =>
    written.length === 0 ? 0 : sum(of) / written.length
  const readSeconds =
    sum(({ timings }) => timings.first_token_ms - timings.queue_ms - timings.retrieval_ms) / 1000
  const writeSeconds = sum(({ timings }) => timings.total_ms - timings.first_token_ms) / 1000
  const rate = (tokens: number, seconds: number) => (seconds > 0 ? tokens / seconds : 0)
  return {
    tokens: {
      prompt: each(({ usage }) => usage.prompt_tokens),
      cached: each(({ usage }) => usage.cached_tokens),
      completion: each(({ usage }) => usage.completion_tokens),
    },
    readPerSecond: rate(
      sum(({ usage }) => usage.prompt_tokens - usage.cached_tokens),
      readSeconds,
    ),
    writtenPerSecond: rate(
      sum(({ usage }) => usage.completion_tokens - 1),
      writeSeconds,
    ),
    firstWord: spread(written.map(({ firstMs }) => firstMs)),
    lastWord: spread(written.map(({ lastMs }) => lastMs)),
  }
}
