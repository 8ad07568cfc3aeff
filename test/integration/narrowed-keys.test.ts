import { afterAll, beforeAll, expect, it } from 'vitest'
import { startAppliance, type Appliance } from '../helpers/appliance.js'
import { data, send, type Answer } from '../helpers/http.js'

let appliance: Appliance
let own: string
let other: string
let narrowed: (method: string, path: string, body?: unknown) => Promise<Answer>

beforeAll(async () => {
  appliance = await startAppliance()
  own = String(data(await appliance.call('POST', '/assistants/', { name: 'Own' }))['id'])
  other = String(data(await appliance.call('POST', '/assistants/', { name: 'Other' }))['id'])
  const made = data(await appliance.call('POST', '/keys/', { name: 'Shop', assistant_ids: [own] }))
  const headers = {
    'x-api-key': String(made['client_id']),
    'x-api-secret': String(made['client_secret']),
  }
  narrowed = (method, path, body) =>
    send(`${appliance.origin}/api/v1${path}`, { method, headers, ...(body !== undefined && { body }) })
})
afterAll(() => appliance.stop())

async function pair(question: string, assistantIds: string[] = []): Promise<string> {
  const body = { question, answer: `About ${question}`, assistant_ids: assistantIds }
  return String(data(await appliance.call('POST', '/knowledge/qa/', body))['id'])
}

it('do not see what is kept for other assistants', async () => {
  const theirs = await pair('theirs', [other])
  const [mine, everyones] = [await pair('mine', [own]), await pair('everyones')]
  const listed = data(await narrowed('GET', '/knowledge/?limit=200'))['sources'] as { id: string }[]
  const ids = listed.map(({ id }) => id)
  expect(ids).toEqual(expect.arrayContaining([mine, everyones]))
  expect(ids).not.toContain(theirs)
  const unknown = '99999999-9999-4999-8999-999999999999'
  const calls = [
    ['GET', '/knowledge/:id'],
    ['GET', '/knowledge/qa/:id'],
    ['PATCH', '/knowledge/qa/:id', { answer: 'Hacked.' }],
    ['PATCH', '/knowledge/:id', { assistant_ids: [own] }],
    ['POST', '/knowledge/qa/:id/reprocess'],
    ['DELETE', '/knowledge/:id'],
  ] as const
  for (const [method, path, body] of calls) {
    const ask = async (id: string) => {
      const { status, body: answer } = await narrowed(method, path.replace(':id', id), body)
      return { status, answer: JSON.stringify(answer).replaceAll(id, ':id') }
    }
    expect(await ask(theirs), `${method} ${path}`).toEqual(await ask(unknown))
    expect((await ask(theirs)).status).toBe(404)
  }
  expect(data(await appliance.call('GET', `/knowledge/${theirs}`))['answer']).toBe('About theirs')
})

it('read what all assistants use, and change only what is theirs alone', async () => {
  const [mine, everyones, shared] = [
    await pair('mine', [own]),
    await pair('everyones'),
    await pair('shared', [own, other]),
  ]
  for (const id of [everyones, shared]) {
    expect((await narrowed('GET', `/knowledge/${id}`)).status).toBe(200)
    expect((await narrowed('DELETE', `/knowledge/${id}`)).status).toBe(403)
    expect((await narrowed('PATCH', `/knowledge/${id}`, { answer: 'x' })).status).toBe(403)
  }
  expect(data(await narrowed('PATCH', `/knowledge/${mine}`, { tags: ['new'] }))['tags']).toEqual(['new'])
  // Nobody is named: it must not become everybody's.
  expect(data(await narrowed('PATCH', `/knowledge/${mine}`, { assistant_ids: [] }))['assistant_ids']).toEqual(
    [own],
  )
  expect((await narrowed('DELETE', `/knowledge/${mine}`)).status).toBe(200)
})

it('teach their own assistants only', async () => {
  const made = data(await narrowed('POST', '/knowledge/qa/', { question: 'new?', answer: 'Yes.' }))
  expect(made['assistant_ids']).toEqual([own])
  for (const [path, body] of [
    ['/knowledge/qa/', { question: 'q?', answer: 'a', assistant_ids: [other] }],
    ['/knowledge/urls/', { url: 'https://shop.example/', assistant_ids: [own, other] }],
    ['/knowledge/search', { query: 'launch code', assistant_id: other }],
  ] as const)
    expect((await narrowed('POST', path, body)).status, path).toBe(422)
  expect((await narrowed('POST', '/knowledge/search', { query: 'reset' })).status).toBe(200)
})

it('choose the sources of their own assistants only, and watch no others', async () => {
  const rule = { mode: 'all', include: [], exclude: [] }
  expect((await narrowed('PUT', `/assistants/${own}/knowledge`, rule)).status).toBe(200)
  for (const method of ['GET', 'PUT'])
    expect(
      (await narrowed(method, `/assistants/${other}/knowledge`, method === 'PUT' ? rule : undefined)).status,
    ).toBe(404)
  expect((await narrowed('GET', '/knowledge/events')).status).toBe(403)
  expect((await narrowed('GET', `/analytics/events/?assistant_id=${other}`)).status).toBe(404)
})

it('do not see figures of the whole organization', async () => {
  for (const path of ['logs', 'endpoints', 'rate-limits', 'keys']) {
    const { status, body } = await narrowed('GET', `/analytics/${path}/`)
    expect(status, path).toBe(403)
    expect(body).toMatchObject({ detail: expect.stringContaining('whole organization') as string })
    expect((await appliance.call('GET', `/analytics/${path}/`)).status, path).toBe(200)
  }
  expect((await narrowed('GET', '/analytics/usage/')).status).toBe(200)
})
