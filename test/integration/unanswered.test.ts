import { afterEach, beforeEach, expect, it } from 'vitest'
import type { QuestionVector } from '#src/retrieval/retriever.js'
import { startAppliance, type Appliance } from '../helpers/appliance.js'
import { data } from '../helpers/http.js'
import { evidence, scriptedRetriever } from '../helpers/scripted-retriever.js'

interface Group {
  id: string
  question: string
  questions: number
  status: string
  source_id: string | null
  language: string
}

let appliance: Appliance
/** What the scripted model makes of a question; null stands for a language that it does not read. */
let vectorOf: (question: string) => number[] | null

beforeEach(async () => {
  vectorOf = () => null
  const decline = (question: string) =>
    evidence(
      question.includes('reset') ? {} : { confidence: 0.1, quotes: [], language: languageOf(question) },
    )
  appliance = await startAppliance({
    engines: {
      retriever: {
        ...scriptedRetriever({ evidence: decline }),
        questionVector: (question): Promise<QuestionVector | null> => {
          const vector = vectorOf(question)
          return Promise.resolve(
            vector && { vector: Float32Array.from(vector), embedder: 'scripted', alike: 0.8 },
          )
        },
      },
    },
  })
})
afterEach(() => appliance.stop())

function languageOf(question: string): string {
  return question.includes('livr') ? 'fr' : 'en'
}

async function ask(...questions: string[]): Promise<string> {
  const assistants = data(await appliance.call('GET', '/assistants/'))['assistants'] as { id: string }[]
  const opened = await appliance.call('POST', '/sessions/', { assistant_id: assistants[0]?.id })
  const session = String(data(opened)['id'])
  for (const content of questions) {
    const sent = await appliance.call('POST', `/sessions/${session}/messages`, { content })
    expect(sent.status).toBe(200)
  }
  return session
}

async function groups(query = ''): Promise<Group[]> {
  return data(await appliance.call('GET', `/analytics/unanswered/${query}`))['unanswered'] as Group[]
}

it('groups declined questions by their words where there are no vectors, each language by itself', async () => {
  await ask(
    'How do I reset it?',
    'Do you ship to Norway?',
    'do you SHIP to Norway',
    'Is there a student discount?',
  )
  await ask('Shipping to Norway, do you?', 'Vous livrez en Norvège ?')
  expect(await groups()).toMatchObject([
    { question: 'Do you ship to Norway?', questions: 3, status: 'open', language: 'en', source_id: null },
    { question: 'Vous livrez en Norvège ?', questions: 1, language: 'fr' },
    { question: 'Is there a student discount?', questions: 1 },
  ])
  expect(await groups('?language=fr')).toHaveLength(1)
  expect(await groups('?limit=1&offset=1')).toHaveLength(1)
  expect(await groups('?status=answered')).toEqual([])
  expect(await groups('?to=2020-01-01')).toEqual([])
  expect(await groups('?assistant_id=99999999-9999-4999-8999-999999999999')).toEqual([])
})

it('groups by meaning where there are vectors', async () => {
  vectorOf = (question) => (question.includes('discount') || question.includes('cheaper') ? [1, 0] : [0, 1])
  await ask('Is there a student discount?', 'Can pupils have it cheaper?', 'Do you ship to Norway?')
  const [first, second] = await groups()
  expect(first).toMatchObject({ question: 'Is there a student discount?', questions: 2 })
  expect(second).toMatchObject({ question: 'Do you ship to Norway?', questions: 1 })
  const details = data(await appliance.call('GET', `/analytics/unanswered/${first?.id ?? ''}`))
  expect(details['asked']).toMatchObject([
    { question: 'Can pupils have it cheaper?' },
    { question: 'Is there a student discount?' },
  ])
})

it('becomes a pair of the knowledge, once', async () => {
  await ask('Do you ship to Norway?')
  const id = (await groups())[0]?.id ?? ''
  const path = `/analytics/unanswered/${id}/qa`
  expect((await appliance.call('POST', path, {})).status).toBe(422)
  const both = await Promise.all(
    [1, 2].map(() => appliance.call('POST', path, { answer: 'Yes.', tags: ['ship'] })),
  )
  expect(both.map(({ status }) => status).sort()).toEqual([201, 409])
  const source = data(both.find(({ status }) => status === 201) ?? both[0]!)
  expect(source).toMatchObject({ type: 'qa', title: 'Do you ship to Norway?' })
  expect(await groups('?status=answered')).toMatchObject([{ id, source_id: source['id'] }])

  await ask('Do you ship to Norway?')
  expect(await groups()).toHaveLength(2)
  const reopened = await appliance.call('PATCH', `/analytics/unanswered/${id}`, { status: 'open' })
  expect(data(reopened)).toMatchObject({ status: 'open', source_id: null })
})

it('is dismissed for good, reopened, deleted', async () => {
  await ask('Do you ship to Norway?')
  const id = (await groups())[0]?.id ?? ''
  const one = `/analytics/unanswered/${id}`
  expect(data(await appliance.call('PATCH', one, { status: 'dismissed' }))).toMatchObject({
    status: 'dismissed',
  })
  await ask('Do you ship to Norway?')
  expect(await groups()).toMatchObject([{ id, status: 'dismissed', questions: 2 }])
  expect((await appliance.call('PATCH', one, { status: 'answered' })).status).toBe(422)
  expect((await appliance.call('DELETE', one)).status).toBe(200)
  for (const [method, path, body] of [
    ['GET', one, undefined],
    ['DELETE', one, undefined],
    ['PATCH', one, { status: 'open' }],
    ['POST', `${one}/qa`, { answer: 'Yes.' }],
  ] as const)
    expect((await appliance.call(method, path, body)).status).toBe(404)
})

it('forgets what its visitor has erased, and speaks in the words of those that are left', async () => {
  await ask('Do you ship to Norway?')
  await ask('Shipping to Norway, do you?')
  expect(await groups()).toMatchObject([{ question: 'Do you ship to Norway?', questions: 2 }])
  const { db } = appliance.database
  await db.deleteFrom('message').where('content', '=', 'Do you ship to Norway?').execute()
  expect(await groups()).toMatchObject([{ question: 'Shipping to Norway, do you?', questions: 1 }])
  await db.deleteFrom('message').execute()
  expect(await groups()).toEqual([])
})

it('is hidden from other organizations, and from clients of other assistants', async () => {
  await ask('Do you ship to Norway?')
  const id = (await groups())[0]?.id ?? ''
  const { db } = appliance.database
  await db.updateTable('client').set({ assistant_ids: '["99999999-9999-4999-8999-999999999999"]' }).execute()
  expect(await groups()).toEqual([])
  expect((await appliance.call('GET', `/analytics/unanswered/${id}`)).status).toBe(404)
  await db.updateTable('client').set({ assistant_ids: '[]' }).execute()
  const created_at = new Date().toISOString()
  await db
    .insertInto('organization')
    .values({ id: 'other', name: 'O', requests_per_hour: null, created_at })
    .execute()
  await db.updateTable('unanswered_group').set({ org_id: 'other' }).execute()
  expect(await groups()).toEqual([])
  expect((await appliance.call('POST', `/analytics/unanswered/${id}/qa`, { answer: 'Yes.' })).status).toBe(
    404,
  )
})
