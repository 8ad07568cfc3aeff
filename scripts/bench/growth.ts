import { setTimeout as wait } from 'node:timers/promises'
import { ApplianceError } from '../appliance/appliance.js'
import type { ApplianceClient, FileState } from '../appliance/client.js'
import type { Library } from './library.js'

/** What one step of growing took. */
export interface Growth {
  documents: number
  passages: number
  seconds: number
}

/** Uploads that may wait for their turn: enough that processing never waits for the next. */
const AHEAD = 30
/** Passages per section of the generated manuals. */
const FIRST_GUESS = 1.25
const POLL_MS = 200
const STALL_MS = 180_000

/**
 * Teaches documents, with some waiting all the time, until so many passages are searchable or there are no more
 * documents. Tells `report` of the passages so far.
 * @throws ApplianceError when a document fails, or nothing moves for three minutes.
 */
export async function grow(
  client: ApplianceClient,
  library: Library,
  wanted: number,
  signal: AbortSignal,
  report: (passages: number) => void,
): Promise<Growth> {
  const waiting: { id: string; name: string; sections: number }[] = []
  const done = { documents: 0, passages: 0, expected: 0 }
  const started = performance.now()
  let isExhausted = false
  for (;;) {
    while (!isExhausted && waiting.length < AHEAD) {
      const missing = wanted - done.passages - ahead(waiting, done)
      if (missing <= 0) break
      const file = library.next(Math.ceil(missing / ratio(done)))
      if (file === undefined) isExhausted = true
      else waiting.push({ id: await client.upload(file.name, file.text), ...file })
    }
    const first = waiting.shift()
    if (first === undefined) break
    const { passages } = await finished(client, first, signal)
    done.documents += 1
    done.passages += passages
    done.expected += first.sections
    report(done.passages)
  }
  return { documents: done.documents, passages: done.passages, seconds: (performance.now() - started) / 1000 }
}

/** Passages per section, of what is done. */
function ratio({ passages, expected }: { passages: number; expected: number }): number {
  return expected === 0 ? FIRST_GUESS : passages / expected
}

function ahead(
  waiting: readonly { sections: number }[],
  done: { passages: number; expected: number },
): number {
  return waiting.reduce((sum, { sections }) => sum + sections, 0) * ratio(done)
}

async function finished(
  client: ApplianceClient,
  { id, name }: { id: string; name: string },
  signal: AbortSignal,
): Promise<FileState> {
  let before = -1
  let deadline = performance.now() + STALL_MS
  while (performance.now() < deadline) {
    signal.throwIfAborted()
    const state = await client.file(id)
    if (state.status === 'ready') return state
    if (state.status === 'failed')
      throw new ApplianceError(`${name} could not be read: ${state.error ?? 'no reason given'}`)
    if (state.passagesDone !== before) deadline = performance.now() + STALL_MS
    before = state.passagesDone
    await wait(POLL_MS)
  }
  throw new ApplianceError(`Processing ${name} has not moved for ${String(STALL_MS / 1000)} s.`)
}
