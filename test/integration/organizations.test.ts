import { createHash } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startAppliance, type Appliance } from '../helpers/appliance.js'
import { data, send } from '../helpers/http.js'

const STRANGER = { 'x-api-key': 'stranger', 'x-api-secret': 'the-secret-of-another-organization' }
const UNKNOWN = '99999999-9999-4999-8999-999999999999'

let appliance: Appliance
let ids: { assistant: string; session: string; pair: string }

beforeAll(async () => {
  appliance = await startAppliance()
  const { db } = appliance.database
  const created_at = '2026-01-01T00:00:00.000Z'
  await db
    .insertInto('organization')
    .values({ id: 'other', name: 'Other', requests_per_hour: null, created_at })
    .execute()
  const secret_hash = createHash('sha256').update(STRANGER['x-api-secret']).digest('hex')
  await db
    .insertInto('client')
    .values({ id: 'stranger', org_id: 'other', name: 'S', secret_hash, allowed_origins: '[]', created_at })
    .execute()
  const assistant = String(data(await appliance.call('POST', '/assistants', { name: 'Ours' }))['id'])
  const session = String(data(await appliance.call('POST', '/sessions', { assistant_id: assistant }))['id'])
  const pair = String(
    data(await appliance.call('POST', '/knowledge/qa', { question: 'q?', answer: 'a' }))['id'],
  )
  ids = { assistant, session, pair }
})

afterAll(() => appliance.stop())

it('cannot tell another organization’s id from one that does not exist', async () => {
  const calls: [method: string, path: string, owner: keyof typeof ids, body?: unknown][] = [
    ['GET', '/assistants/:id', 'assistant'],
    ['PATCH', '/assistants/:id', 'assistant', { name: 'Mine' }],
    ['GET', '/sessions/:id', 'session'],
    ['GET', '/sessions/:id/messages', 'session'],
    ['POST', '/sessions/:id/messages', 'session', { content: 'Hello?' }],
    ['GET', '/knowledge/qa/:id', 'pair'],
    ['GET', '/knowledge/:id', 'pair'],
    ['DELETE', '/knowledge/qa/:id', 'pair'],
  ]
  for (const [method, path, owner, body] of calls) {
    const ask = async (id: string) => {
      const url = `${appliance.origin}/api/v1${path.replace(':id', id)}`
      const answer = await send(url, { method, headers: STRANGER, ...(body !== undefined && { body }) })
      return { status: answer.status, body: JSON.stringify(answer.body).replaceAll(id, ':id') }
    }
    const foreign = await ask(ids[owner])
    expect(foreign, `${method} ${path}`).toEqual(await ask(UNKNOWN))
    expect(foreign.status).toBe(404)
  }
})

it('lists nothing of another organization, and leaves its things as they were', async () => {
  for (const path of ['/assistants', '/knowledge/']) {
    const listed = await send(`${appliance.origin}/api/v1${path}`, { headers: STRANGER })
    expect(data(listed)['total']).toBe(0)
  }
  expect(data(await appliance.call('GET', `/assistants/${ids.assistant}`))['name']).toBe('Ours')
  expect((await appliance.call('GET', `/knowledge/qa/${ids.pair}`)).status).toBe(200)
})
