import type { StartTimes } from '../appliance/appliance.js'
import type { Reply } from '../appliance/client.js'
import { eventLoopDelay, type EventLoopDelay } from './event-loop.js'
import { grow } from './growth.js'
import type { Library } from './library.js'
import { atOnce, spread, timed, type Spread } from './load.js'
import { diskUse, forgetPeak, memoryOf, settledMemory, type Memory } from './memory.js'
import { whileProbing, type Responsiveness } from './responsiveness.js'
import { tell, type Bench } from './session.js'

/** Searching and answering with so many clients at once; times in ms. */
export interface Level {
  clients: number
  search: Spread
  searchesPerSecond: number
  firstWord: Spread
  lastWord: Spread
  repliesPerSecond: number
  /** Of the replies, how many quoted, declined and never came. */
  quoted: number
  declined: number
  failed: number
  livez: Responsiveness
  eventLoop: EventLoopDelay | undefined
}

/** Everything measured with a knowledge base of one size. */
export interface Step {
  documents: number
  passages: number
  disk: { database: number; uploads: number }
  /** Passages a second of this step, and minutes for all passages so far. */
  ingestion: { passagesPerSecond: number; minutes: number; peak: Memory | undefined; livez: Responsiveness }
  eventLoop: EventLoopDelay | undefined
  start: StartTimes
  /** The server after its start, and after all questions. */
  idle: Memory | undefined
  answered: Memory | undefined
  levels: Level[]
}

export interface SizingPlan {
  library: Library
  questions: number
  clients: readonly number[]
}

/** Questions before each measurement whose times do not count. */
const WARM_UP = 3
const PROGRESS_EVERY_MS = 10_000

/** Grows the knowledge base of a running appliance to so many passages and measures it, with a restart in between. */
export async function measureSize(
  bench: Bench,
  plan: SizingPlan,
  passages: number,
  before: Step | undefined,
): Promise<Step> {
  const { appliance, client } = bench
  const { growth, livez, peak, eventLoop } = await ingest(bench, plan, passages, before?.passages ?? 0)
  await appliance.end()
  const disk = await diskUse(appliance.dataDir)
  const start = await appliance.begin()
  const idle = await settledMemory(appliance.pid)
  tell(`started in ${start.ready.toFixed(1)} s`)
  const assistant = await client.createAssistant('Sizing', 'quote')
  const levels: Level[] = []
  for (const clients of plan.clients) levels.push(await measureLevel(bench, plan, assistant, clients))
  const answered = await settledMemory(appliance.pid)
  const minutes = (before?.ingestion.minutes ?? 0) + growth.seconds / 60
  return {
    documents: (before?.documents ?? 0) + growth.documents,
    passages: (before?.passages ?? 0) + growth.passages,
    disk,
    ingestion: { passagesPerSecond: growth.passages / growth.seconds, minutes, peak, livez },
    eventLoop,
    start,
    idle,
    answered,
    levels,
  }
}

async function ingest({ appliance, client, signal }: Bench, plan: SizingPlan, wanted: number, held: number) {
  await forgetPeak(appliance.pid)
  await eventLoopDelay(appliance.access)
  let told = performance.now()
  const report = (passages: number) => {
    if (performance.now() - told < PROGRESS_EVERY_MS) return
    told = performance.now()
    tell(`${String(held + passages)} of ${String(wanted)} passages ingested`)
  }
  const [growth, livez] = await whileProbing(appliance.access.url, () =>
    grow(client, plan.library, wanted - held, signal, report),
  )
  const eventLoop = await eventLoopDelay(appliance.access)
  tell(
    `${String(held + growth.passages)} passages, ${(growth.passages / growth.seconds).toFixed(1)} a second`,
  )
  return { growth, livez, peak: await memoryOf(appliance.pid), eventLoop }
}

async function measureLevel(
  { appliance, client, signal }: Bench,
  { library, questions }: SizingPlan,
  assistant: string,
  clients: number,
): Promise<Level> {
  const ask = (question: string) => client.ask(assistant, question)
  await atOnce(1, library.questions(WARM_UP), signal, ask)
  await eventLoopDelay(appliance.access)
  const [{ searches, replies }, livez] = await whileProbing(appliance.access.url, async () => ({
    searches: await atOnce(clients, library.questions(questions), signal, (question) =>
      timed(() => client.search(question)),
    ),
    replies: await atOnce(clients, library.questions(questions), signal, ask),
  }))
  const eventLoop = await eventLoopDelay(appliance.access)
  const came = replies.results.filter(({ mode }) => mode !== 'failed')
  const search = spread(searches.results)
  const lastWord = spread(came.map(({ lastMs }) => lastMs))
  tell(
    `${String(clients)} at once: search ${search.p50.toFixed(0)} ms, reply ${lastWord.p50.toFixed(0)} ms (p50)`,
  )
  for (const { text } of replies.results.filter(({ mode }) => mode === 'failed').slice(0, 1)) tell(text)
  return {
    clients,
    search,
    searchesPerSecond: searches.results.length / searches.seconds,
    firstWord: spread(came.map(({ firstMs }) => firstMs)),
    lastWord,
    repliesPerSecond: came.length / replies.seconds,
    quoted: count(replies.results, 'quote'),
    declined: count(replies.results, 'declined'),
    failed: count(replies.results, 'failed'),
    livez,
    eventLoop,
  }
}

/**
 * Memory of the inference child once it has written a reply; undefined where there is no chat model, or it wrote none.
 * It does not depend on the number of passages.
 */
export async function childMemory({ client, signal }: Bench, library: Library): Promise<Memory | undefined> {
  if ((await client.health()).chat.model === null) return undefined
  tell('the chat model writes a reply')
  const assistant = await client.createAssistant('Writer', 'compose')
  for (const question of library.questions(WARM_UP)) {
    signal.throwIfAborted()
    const { mode, text } = await client.ask(assistant, question)
    if (mode === 'compose') return settledMemory((await client.health()).chat.pid)
    if (mode === 'failed') tell(text)
    if (mode === 'failed') return undefined
  }
  return undefined
}

function count(replies: readonly Reply[], mode: Reply['mode']): number {
  return replies.filter((reply) => reply.mode === mode).length
}
