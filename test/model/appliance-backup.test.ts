import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { KnowledgeSource } from '#src/contract/knowledge.js'
import { openConnection } from '#src/store/database.js'
import { contents } from '../helpers/contents.js'
import { guichet } from '../helpers/guichet.js'
import { data } from '../helpers/http.js'
import { RealAppliance } from '../helpers/real-appliance.js'
import { ask, createAssistant, createSession, followed, idOf, teach, upload } from '../helpers/real-desk.js'
import { CANTEEN_TXT, KETTLE_MD, SAFETY_PDF } from '../helpers/real-documents.js'

const DOCUMENTS = { 'kettle.md': KETTLE_MD, 'cantine.txt': CANTEEN_TXT, 'safety.pdf': SAFETY_PDF }
const QUESTIONS = [
  'How often is the kettle descaled?',
  'Where does everyone meet in a fire drill?',
  'thanks',
] as const

let appliance: RealAppliance
let other: RealAppliance | undefined
let out: string

beforeAll(async () => {
  out = mkdtempSync(join(tmpdir(), 'guichet-backup-'))
  appliance = await RealAppliance.start()
})

afterAll(async () => {
  await appliance.stop()
  await other?.stop()
  rmSync(out, { recursive: true, force: true })
})

async function sources(of: RealAppliance): Promise<KnowledgeSource[]> {
  return data(await of.call('GET', '/knowledge/?limit=200'))['sources'] as KnowledgeSource[]
}

async function search(of: RealAppliance, query: string): Promise<unknown> {
  return data(await of.call('POST', '/knowledge/search', { body: { query, limit: 5 } }))
}

/** All rows of a data folder. */
function rows(dir: string): Record<string, unknown[]> {
  const connection = openConnection(join(dir, 'appliance.db'))
  try {
    return contents(connection)
  } finally {
    connection.close()
  }
}

/** Questions and documents until it is told to stop; how many of them. */
async function load(assistant: string, stop: AbortSignal): Promise<{ asked: number; taught: number }> {
  const taught: string[] = []
  let asked = 0
  const asking = async () => {
    while (!stop.aborted) {
      const session = await createSession(appliance, assistant)
      for (const question of QUESTIONS) await ask(appliance, session, question)
      asked += QUESTIONS.length
    }
  }
  const teaching = async () => {
    while (!stop.aborted) {
      const name = `manual ${String(taught.length)}`
      taught.push(idOf(await upload(appliance, `${name}.md`, `# ${name}\n\n${KETTLE_MD}`), 202))
      if (taught.length % 3 === 0) await appliance.call('DELETE', `/knowledge/${taught.at(-2) ?? ''}`)
    }
  }
  await Promise.all([asking(), teaching()])
  return { asked, taught: taught.length }
}

/** A backup of the appliance as it runs, restored into a folder of its own. */
async function backedUpAndRestored(name: string): Promise<string> {
  const file = join(out, `${name}.tar.gz`)
  const taken = await guichet(appliance.dataDir, ['backup', '--json', file])
  expect({ code: taken.code, stderr: taken.stderr }).toEqual({ code: 0, stderr: '' })
  expect(JSON.parse(taken.stdout)).toMatchObject({ missing_uploads: [] })
  const dir = join(out, name)
  const restored = await guichet(dir, ['restore', file])
  expect({ code: restored.code, stderr: restored.stderr }).toEqual({ code: 0, stderr: '' })
  return dir
}

interface Row {
  source_id: string
  stored_file: string | null
  sha256: string | null
}

describe('a backup of an appliance under load', () => {
  const known: string[] = []
  let assistant: string
  let session: string
  let dir: string

  beforeAll(async () => {
    for (const [name, content] of Object.entries(DOCUMENTS))
      known.push((await teach(appliance, name, content)).source.id)
    assistant = await createAssistant(appliance, { name: 'Support', language: 'en' })
    session = await createSession(appliance, assistant)
    for (const question of QUESTIONS) await ask(appliance, session, question)
  })

  it('is taken while it answers, ingests and deletes, and holds a whole of one moment', async () => {
    const stop = new AbortController()
    const loaded = load(assistant, stop.signal)
    try {
      dir = await backedUpAndRestored('busy')
    } finally {
      stop.abort()
    }
    const { asked, taught } = await loaded
    expect(asked).toBeGreaterThan(0)
    expect(taught).toBeGreaterThan(0)

    const then = rows(dir)
    const now = rows(appliance.dataDir)
    expect(then['message']?.length).toBeGreaterThanOrEqual(2 * QUESTIONS.length)
    expect(now['message']).toEqual(expect.arrayContaining(then['message'] ?? []))
    const ofKnown = (all: typeof now) =>
      (all['passage'] ?? []).filter((row) => known.includes((JSON.parse(row as string) as Row).source_id))
    expect(ofKnown(then).length).toBeGreaterThan(known.length)
    expect(ofKnown(then)).toEqual(ofKnown(now))
    for (const row of then['source'] ?? []) {
      const { stored_file: name, sha256, status } = JSON.parse(row as string) as Row & { status: string }
      if (name === null || sha256 === null || status === 'deleting') continue
      expect(
        createHash('sha256')
          .update(readFileSync(join(dir, 'uploads', name)))
          .digest('hex'),
      ).toBe(sha256)
    }
  })

  it('goes on elsewhere where it was, and answers the same', async () => {
    other = await RealAppliance.start({ env: { DATA_DIR: dir } })
    for (const { id } of await sources(other)) await followed(other, id)
    const copies = await sources(other)
    for (const id of known)
      expect(copies.find((source) => source.id === id)).toEqual(
        (await sources(appliance)).find((one) => one.id === id),
      )
    const transcript = `/sessions/${session}/messages`
    expect((await other.call('GET', transcript)).body).toEqual((await appliance.call('GET', transcript)).body)
    const reply = await ask(other, await createSession(other, assistant), QUESTIONS[1])
    expect(reply.content).toContain('bicycle shed')
  })

  it('has, taken when nothing is left to do, the same rows in every table and finds the same', async () => {
    for (const { id } of await sources(appliance)) await followed(appliance, id)
    await expect.poll(() => rows(appliance.dataDir)['job'], { timeout: 60_000 }).toEqual([])
    const still = await backedUpAndRestored('still')
    expect(rows(still)).toEqual(rows(appliance.dataDir))

    await other?.stop()
    other = await RealAppliance.start({ env: { DATA_DIR: still } })
    for (const query of QUESTIONS) expect(await search(other, query)).toEqual(await search(appliance, query))
    expect(await sources(other)).toEqual(await sources(appliance))
  })
})
