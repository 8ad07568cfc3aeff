import { setTimeout as wait } from 'node:timers/promises'
import { percentile } from '../measures.js'
import { eventLoopDelay } from './event-loop.js'
import { GeneratedLibrary } from './generated.js'
import { atMost, below, type Target } from './retrieval-report.js'
import { tell, type Bench } from './session.js'

const SECTIONS = 3
const IDLE_MESSAGES = 100
const EVERY_MS = 150
const LOOK_EVERY_MS = 1000
const MOST_MS = 240_000
const KNOWN = 100

/**
 * Messages at a steady pace, first while nothing else is done, then while so many documents are ingested. Replies are quoted: no
 * chat model takes part.
 */
export async function measureIngest(
  { appliance, client, signal }: Bench,
  documents: number,
): Promise<Target[]> {
  const library = new GeneratedLibrary(4)
  await appliance.begin()
  const assistant = await client.createAssistant('Bench', 'quote')
  for (let n = 0; n < KNOWN / SECTIONS; n += 1) await client.upload(...fileOf(library))
  await ingested(client, await client.upload(...fileOf(library)), Infinity, signal)
  const questions = library.questions(2000)
  const ask = async () => {
    const began = performance.now()
    const { mode, lastMs, text } = await client.ask(assistant, questions.pop() ?? 'What?')
    if (mode === 'failed') tell(text)
    await wait(Math.max(0, EVERY_MS - (performance.now() - began)), undefined, { signal })
    return lastMs
  }
  for (let n = 0; n < 20; n += 1) await ask()
  tell('messages while nothing is ingested')
  const idle: number[] = []
  while (idle.length < IDLE_MESSAGES) idle.push(await ask())
  tell(`messages while ${String(documents)} documents are ingested`)
  const busy: number[] = []
  await eventLoopDelay(appliance.access)
  const began = performance.now()
  const state = { isDone: false, ready: 0 }
  const ingesting = (async () => {
    const ids: string[] = []
    for (let n = 0; n < documents; n += 1) ids.push(await client.upload(...fileOf(library)))
    for (const id of ids)
      if (await ingested(client, id, began + MOST_MS, signal)) state.ready += 1
      else break
  })().finally(() => {
    state.isDone = true
  })
  while (!state.isDone) busy.push(await ask())
  await ingesting
  const seconds = (performance.now() - began) / 1000
  const delay = await eventLoopDelay(appliance.access)
  const [before, during] = [idle, busy].map((list) => percentile(list, 0.5))
  return [
    below(`documents ingested of ${String(documents)}`, state.ready, ''),
    below('in', seconds, 's'),
    atMost('event loop, p99 of its delay', delay?.p99 ?? NaN, 50, 'ms'),
    below('event loop, longest delay', delay?.max ?? NaN, 'ms'),
    atMost('message, p50, idle', before ?? 0, undefined, 'ms'),
    atMost('message, p50, while ingesting', during ?? 0, undefined, 'ms'),
    atMost('message, p95, idle', percentile(idle, 0.95), undefined, 'ms'),
    atMost('message, p95, while ingesting', percentile(busy, 0.95), undefined, 'ms'),
    atMost('message while ingesting beside idle, p50', (during ?? 0) / (before ?? 1), 1.2, ''),
  ]
}

function fileOf(library: GeneratedLibrary): [name: string, text: string] {
  const { name, text } = library.next(SECTIONS)
  return [name, text]
}

/** Waits until it is ready; answers false when that takes until the deadline. */
async function ingested(
  client: Bench['client'],
  id: string,
  deadline: number,
  signal: AbortSignal,
): Promise<boolean> {
  while (performance.now() < deadline) {
    signal.throwIfAborted()
    const { status, error } = await client.file(id)
    if (status === 'failed') throw new Error(error ?? 'A document could not be read.')
    if (status === 'ready') return true
    await wait(LOOK_EVERY_MS)
  }
  return false
}
