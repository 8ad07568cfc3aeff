import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { KnowledgeSource } from '#src/contract/knowledge.js'
import { openDatabase } from '#src/store/database.js'
import { data } from '../helpers/http.js'
import { indexContents } from '../helpers/knowledge-folder.js'
import { RealAppliance } from '../helpers/real-appliance.js'
import { ask, createAssistant, createSession, followed, idOf, teach, upload } from '../helpers/real-desk.js'
import { longManual } from '../helpers/real-documents.js'

const HALF_MS = 90_000
const SUBJECTS = ['juicer', 'blower', 'grater']
const PAIR = { question: 'Where is the counter?', answer: 'The counter is on the second floor.' }

let appliance: RealAppliance

beforeAll(async () => {
  appliance = await RealAppliance.start()
})

afterAll(() => appliance.stop())

async function sources(query: string): Promise<KnowledgeSource[]> {
  return data(await appliance.call('GET', `/knowledge/?limit=200&${query}`))['sources'] as KnowledgeSource[]
}

/** Waits until a source has some of its passages embedded and others not. */
async function halfEmbedded(id: string): Promise<void> {
  const deadline = Date.now() + HALF_MS
  while (Date.now() < deadline) {
    const { status, progress } = data(await appliance.call('GET', `/knowledge/${id}`)) as KnowledgeSource
    if (status === 'ready' || status === 'failed')
      throw new Error(`It was ${status} before it could be killed.`)
    if (progress.passages_done > 0 && progress.passages_done < progress.passages) return
    await pause(20)
  }
  throw new Error(`No passage of it was embedded within ${HALF_MS / 1000} s.`)
}

/** What the index holds of these titles: all but title and vector, which depends on the title. */
async function stored(titles: string[]): Promise<unknown[]> {
  const database = await openDatabase(join(appliance.dataDir, 'appliance.db'))
  try {
    const passages = indexContents(database) as { title: string; vector: number[] | null }[]
    return passages
      .filter(({ title }) => titles.includes(title))
      .map(({ title: _title, vector, ...rest }) => ({ ...rest, vector: vector?.length }))
  } finally {
    await database.close()
  }
}

describe('kill -9 of the whole appliance', () => {
  let session: string
  let before: unknown
  let ids: string[]

  it('leaves everything to the next start, which ends as an undisturbed run does', async () => {
    const assistant = await createAssistant(appliance, { name: 'Support', language: 'en' })
    idOf(await appliance.call('POST', '/knowledge/qa/', { body: PAIR }), 201)
    session = await createSession(appliance, assistant)
    expect((await ask(appliance, session, PAIR.question)).content).toBe(PAIR.answer)
    before = (await appliance.call('GET', `/sessions/${session}/messages`)).body

    ids = []
    for (const subject of SUBJECTS) {
      const answer = await upload(appliance, `${subject}.md`, longManual(subject), {
        title: `Cut ${subject}`,
      })
      ids.push(idOf(answer, 202))
    }
    await halfEmbedded(ids[0]!)
    expect(await appliance.kill('SIGKILL')).toEqual({ code: null, signal: 'SIGKILL' })

    await appliance.begin()

    const after = []
    for (const id of ids) after.push((await followed(appliance, id)).source)
    const undisturbed = []
    for (const subject of SUBJECTS)
      undisturbed.push(
        (await teach(appliance, `${subject}.md`, longManual(subject), { title: `All ${subject}` })).source,
      )
    expect(after.map(({ passages }) => passages)).toEqual(undisturbed.map(({ passages }) => passages))
    expect(after.every(({ progress }) => progress.passages_done > 30)).toBe(true)
    expect((await sources('q=Cut')).map(({ title }) => title)).toEqual(
      SUBJECTS.map((subject) => `Cut ${subject}`).toReversed(),
    )
    expect((await sources('q=Cut&status=ready')).length).toBe(SUBJECTS.length)
    expect(await sources('status=failed')).toEqual([])
  })

  it('loses no session and no message', async () => {
    expect((await appliance.call('GET', `/sessions/${session}/messages`)).body).toEqual(before)
    expect((await ask(appliance, session, 'thanks')).metadata.answer_mode).toBe('smalltalk')
  })

  it('tells its secrets at the first start only', () => {
    expect(appliance.stdout).toContain('Page')
    expect(appliance.stdout).not.toContain('operator?token=')
    expect(appliance.stdout).not.toMatch(/secret|Client id/i)
  })

  it('ends with code 0 on SIGTERM, and has stored nothing twice', async () => {
    expect(await appliance.kill('SIGTERM')).toEqual({ code: 0, signal: null })

    const cut = await stored(SUBJECTS.map((subject) => `Cut ${subject}`))
    expect(cut.length).toBeGreaterThan(90)
    expect(cut).toEqual(await stored(SUBJECTS.map((subject) => `All ${subject}`)))
  })
})
