import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { z } from 'zod'
import { openConnection } from '../../src/store/database.js'
import { Appliance } from '../appliance/appliance.js'

/** What an appliance holds of a folder in the end. */
export interface Load {
  seconds: number
  kills: number
  /** By title: how each source stands, with a hash of all its passages in their order. */
  sources: Map<string, string>
  passages: number
  /** Rows of all passages, of the word index and of the vector index, which must be as many. */
  indexed: { passages: number; words: number; vectors: number }
  failed: number
}

const CALL_MS = 60_000
const POLL_MS = 500
/** A disturbed load that takes so many times as long will not end. */
const LONGEST_MS = 4 * 3_600_000
const Total = z.object({ data: z.object({ total: z.number() }) })

/** Paths of all files below a folder, sorted. */
export function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length)
        .replace(/^[\\/]+/, ''),
    )
    .sort()
}

/**
 * Loads files into an appliance of its own over HTTP, and waits until all of them are done with.
 * @param moments seconds after each start when it is killed.
 */
export async function loadFolder(
  models: string,
  folder: string,
  files: readonly string[],
  moments: readonly number[],
): Promise<Load> {
  const appliance = await Appliance.prepare(models, { MODEL_FETCH: 'false', URL_FETCH: 'false' })
  try {
    await appliance.begin()
    const started = performance.now()
    const load = { isDone: false, kills: 0 }
    const killing = killAt(appliance, moments, load)
    for (const file of files) await upload(appliance, file, readFileSync(join(folder, file)))
    await untilDone(appliance, load, moments.length)
    await killing
    const seconds = (performance.now() - started) / 1000
    await appliance.end()
    return {
      seconds,
      kills: load.kills,
      ...contents(join(appliance.dataDir, 'appliance.db'), new Set(files)),
    }
  } finally {
    await appliance.stop()
  }
}

/** How two loads differ, in words. */
export function compareLoads(calm: Load, disturbed: Load) {
  const titles = new Set([...calm.sources.keys(), ...disturbed.sources.keys()])
  const differences = [...titles]
    .filter((title) => calm.sources.get(title) !== disturbed.sources.get(title))
    .map(
      (title) =>
        `${title}: ${calm.sources.get(title) ?? 'absent'} / ${disturbed.sources.get(title) ?? 'absent'}`,
    )
  for (const { indexed } of [calm, disturbed])
    if (new Set(Object.values(indexed)).size !== 1)
      differences.push(`the indexes hold other numbers of passages: ${JSON.stringify(indexed)}`)
  return { differences, sources: calm.sources.size, passages: calm.passages, failed: calm.failed }
}

/** Ends the process at each of the moments and starts it again. */
async function killAt(
  appliance: Appliance,
  moments: readonly number[],
  load: { isDone: boolean; kills: number },
): Promise<void> {
  for (const seconds of moments) {
    await wait(seconds * 1000)
    if (load.isDone) return
    await appliance.kill()
    load.kills += 1
    await appliance.begin()
  }
}

/** Sends a file until it is answered; the same bytes under the same title are kept once. */
async function upload(appliance: Appliance, title: string, content: Buffer<ArrayBuffer>): Promise<void> {
  await persistently(async () => {
    const form = new FormData()
    form.set('title', title)
    form.set('file', new Blob([content]), title)
    const response = await call(appliance, '/knowledge/files/', { method: 'POST', body: form })
    await response.text()
    // What the form itself is refused for is refused every time.
    return response.ok || response.status === 422 || response.status === 413 ? true : undefined
  })
}

async function untilDone(appliance: Appliance, load: { isDone: boolean; kills: number }, kills: number) {
  await persistently(async () => {
    let open = 0
    for (const status of ['pending', 'processing']) {
      const response = await call(appliance, `/knowledge/?status=${status}&limit=1`, {})
      open += Total.parse(await response.json()).data.total
    }
    return open === 0 ? true : undefined
  })
  load.isDone = load.kills <= kills
}

/** Again and again, also while nobody answers. */
async function persistently(attempt: () => Promise<true | undefined>): Promise<void> {
  const deadline = Date.now() + LONGEST_MS
  while (Date.now() < deadline) {
    const isDone = await attempt().catch(() => undefined)
    if (isDone) return
    await wait(POLL_MS)
  }
  throw new Error(`It was not done within ${String(LONGEST_MS / 3_600_000)} hours.`)
}

function call({ access }: Appliance, path: string, init: RequestInit): Promise<Response> {
  return fetch(`${access.url}/api/v1${path}`, {
    ...init,
    headers: { 'x-api-key': access.key, 'x-api-secret': access.secret },
    signal: AbortSignal.timeout(CALL_MS),
  })
}

interface Row {
  title: string
  status: string
  error: string | null
}

function contents(
  file: string,
  titles: ReadonlySet<string>,
): Pick<Load, 'sources' | 'passages' | 'indexed' | 'failed'> {
  const connection = openConnection(file, { readonly: true })
  try {
    const rows = connection
      .prepare<[], Row & { id: string; version: number | null }>(
        `select id, title, status, error, live_version as version from source where type = 'file' order by title`,
      )
      .all()
      .filter(({ title }) => titles.has(title))
    const passages = connection.prepare(
      `select ordinal, kind, text, page, section, start_offset, end_offset, language, indexed, live, version - ? as version
       from passage where source_id = ? order by version, ordinal`,
    )
    let count = 0
    const sources = rows.map(({ id, title, version, ...state }) => {
      const held = passages.all(version ?? 0, id)
      count += held.length
      const hash = createHash('sha256').update(JSON.stringify(held)).digest('hex').slice(0, 16)
      return [title, `${state.status} ${state.error ?? ''} ${hash}`] as const
    })
    const number = (query: string) => (connection.prepare(query).get() as { n: number }).n
    return {
      sources: new Map(sources),
      failed: rows.filter(({ status }) => status === 'failed').length,
      passages: count,
      indexed: {
        passages: number('select count(*) as n from passage where indexed = 1'),
        words: number('select count(*) as n from passage_words'),
        vectors: number('select count(*) as n from passage_vector'),
      },
    }
  } finally {
    connection.close()
  }
}
