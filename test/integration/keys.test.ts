import { afterAll, beforeAll, expect, it } from 'vitest'
import { startAppliance, type Appliance } from '../helpers/appliance.js'
import { data, send, type Answer } from '../helpers/http.js'

let appliance: Appliance
beforeAll(async () => {
  appliance = await startAppliance({ env: { RATE_LIMIT_PER_HOUR: '0' } })
})
afterAll(() => appliance.stop())

interface Made {
  id: string
  secret: string
  call: (method: string, path: string, body?: unknown) => Promise<Answer>
}

function as(id: string, secret: string): Made {
  const headers = { 'x-api-key': id, 'x-api-secret': secret }
  const call = (method: string, path: string, body?: unknown) =>
    send(`${appliance.origin}/api/v1${path}`, { method, headers, body })
  return { id, secret, call }
}

async function make(fields: object = {}): Promise<Made> {
  const made = await appliance.call('POST', '/keys/', { name: 'Made', ...fields })
  expect(made.status).toBe(201)
  return as(String(data(made)['client_id']), String(data(made)['client_secret']))
}

it('makes a key whose secret is told once, and lists it without', async () => {
  const made = await appliance.call('POST', '/keys', {
    name: 'Shop',
    allowed_origins: ['HTTPS://Shop.Example:443/', 'https://münchen.example'],
    scopes: ['assistants:read', 'assistants:read'],
  })
  expect(made.headers.get('cache-control')).toBe('no-store')
  const { client_secret: secret, ...shown } = data(made)
  expect(shown).toMatchObject({
    name: 'Shop',
    allowed_origins: ['https://shop.example', 'https://xn--mnchen-3ya.example'],
    scopes: ['assistants:read'],
    assistant_ids: [],
    last_used_at: null,
    previous_secret_until: null,
  })
  const { id, call } = as(String(shown['client_id']), String(secret))
  expect((await call('GET', '/assistants/')).status).toBe(200)
  await expect
    .poll(async () => data(await appliance.call('GET', `/keys/${id}`))['last_used_at'], {
      timeout: 10_000,
    })
    .not.toBeNull()
  const listed = await appliance.call('GET', '/keys/')
  expect((data(listed)['keys'] as { client_id: string }[]).map((key) => key.client_id)).toContain(id)
  expect(JSON.stringify(listed.body)).not.toContain(secret)
  expect(JSON.stringify(listed.body)).not.toContain('secret_hash')
  const row = await appliance.database.db
    .selectFrom('client')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
  expect(JSON.stringify(row)).not.toContain(secret)
})

it.each([
  ['shop.example', 'https://'],
  ['https://shop.example/path', 'without a path'],
  ['https://shop.example?x', 'without a path'],
  ['https://user@shop.example', 'user name'],
  ['https://*.shop.example', 'wildcards'],
  ['ftp://shop.example', 'https://'],
  ['https://', 'https://shop.example'],
  ['null', 'https://'],
])('refuses %s as a site and says what would be right', async (origin, hint) => {
  const answer = await appliance.call('POST', '/keys/', { name: 'x', allowed_origins: [origin] })
  expect(answer).toMatchObject({ status: 422, body: { data: { errors: [{ path: 'allowed_origins.0' }] } } })
  expect((answer.body as { detail: string }).detail).toContain(hint)
})

it('narrows a key to its scopes on every kind of route, writing including reading', async () => {
  const { call } = await make({ scopes: ['assistants:write', 'knowledge:read'] })
  const refused = async (method: string, path: string, body?: unknown) => {
    const answer = await call(method, path, body)
    expect(answer, `${method} ${path}`).toMatchObject({ status: 403, body: { code: 'forbidden' } })
  }
  const assistant = data(await call('POST', '/assistants/', { name: 'Mine' }))['id']
  expect((await call('GET', '/assistants/')).status).toBe(200)
  expect((await call('GET', '/knowledge/')).status).toBe(200)
  await refused('POST', '/knowledge/qa/', { question: 'q?', answer: 'a' })
  await refused('POST', '/sessions/', { assistant_id: assistant })
  await refused('GET', '/keys/')
  await refused('POST', '/keys/', { name: 'x' })
  expect((await call('GET', '/keys/')).body).toMatchObject({
    detail: 'This key may not do this; it takes the scope "keys:read".',
  })
  const nothing = await make({ scopes: [] })
  expect((await nothing.call('GET', '/assistants/')).status).toBe(403)
})

it('gives away no more than it holds, and takes over nothing that may do more', async () => {
  const strong = await make()
  const weak = await make({ scopes: ['keys:write', 'assistants:read'] })
  const made = data(await weak.call('POST', '/keys/', { name: 'Child' }))
  expect(made['scopes']).toEqual(['keys:write', 'assistants:read'])
  const wishes: [string, string, object?][] = [
    ['POST', '/keys/', { name: 'x', scopes: ['*'] }],
    ['POST', '/keys/', { name: 'x', scopes: ['assistants:write'] }],
    ['PATCH', `/keys/${weak.id}`, { scopes: ['*'] }],
    ['PATCH', `/keys/${strong.id}`, { name: 'Taken over' }],
    ['POST', `/keys/${strong.id}/rotate`],
    ['DELETE', `/keys/${strong.id}`],
  ]
  for (const [method, path, body] of wishes)
    expect(await weak.call(method, path, body), `${method} ${path}`).toMatchObject({ status: 403 })
  expect((await strong.call('GET', `/keys/${strong.id}`)).body).toMatchObject({ data: { name: 'Made' } })
  expect((await weak.call('PATCH', `/keys/${weak.id}`, { name: 'Renamed' })).status).toBe(200)
})

it('keeps a key that is narrowed to some assistants to those', async () => {
  const one = String(data(await appliance.call('POST', '/assistants/', { name: 'One' }))['id'])
  const two = String(data(await appliance.call('POST', '/assistants/', { name: 'Two' }))['id'])
  const unknown = '99999999-9999-4999-8999-999999999999'
  expect(await appliance.call('POST', '/keys/', { name: 'x', assistant_ids: [unknown] })).toMatchObject({
    status: 422,
  })
  const { call } = await make({ assistant_ids: [one] })
  expect(data(await call('GET', '/assistants/'))['total']).toBe(1)
  for (const [method, body] of [
    ['GET'],
    ['PATCH', { name: 'x' }],
    ['PUT', { name: 'x' }],
    ['DELETE'],
  ] as const)
    expect((await call(method, `/assistants/${two}`, body)).status, method).toBe(404)
  expect((await call('POST', '/assistants/', { name: 'Another' })).status).toBe(403)
  expect((await call('POST', '/keys/', { name: 'x', assistant_ids: [] })).status).toBe(403)
  expect((await call('POST', '/keys/', { name: 'x', assistant_ids: [two] })).status).toBe(403)
  expect(data(await call('POST', '/keys/', { name: 'x' }))['assistant_ids']).toEqual([one])
  await appliance.call('DELETE', `/assistants/${one}`)
  expect(data(await call('GET', '/assistants/'))['total']).toBe(0)
})

it('takes the secret before a rotation for as long as it was told', async () => {
  const before = await make()
  const reply = await appliance.call('POST', `/keys/${before.id}/rotate`, { grace_seconds: 60 })
  const after = as(before.id, String(data(reply)['client_secret']))
  expect(Date.parse(String(data(reply)['previous_secret_until']))).toBeGreaterThan(Date.now())
  expect((await before.call('GET', '/keys/')).status).toBe(200)
  expect((await after.call('GET', '/keys/')).status).toBe(200)
  await appliance.database.db
    .updateTable('client')
    .set({ previous_secret_until: new Date(Date.now() - 1).toISOString() })
    .where('id', '=', before.id)
    .execute()
  expect((await before.call('GET', '/keys/')).status).toBe(401)
  expect(data(await after.call('GET', `/keys/${after.id}`))['previous_secret_until']).toBeNull()
  const last = data(await after.call('POST', `/keys/${after.id}/rotate`))
  expect((await after.call('GET', '/keys/')).status).toBe(401)
  expect((await as(after.id, String(last['client_secret'])).call('GET', '/keys/')).status).toBe(200)
  for (const grace_seconds of [-1, 604_801, 1.5, '60'])
    expect((await appliance.call('POST', `/keys/${after.id}/rotate`, { grace_seconds })).status).toBe(422)
})

it('ends a deleted key and its widget tokens at once', async () => {
  const { id, call } = await make()
  const token = await send(`${appliance.origin}/api/v1/auth/widget-token`, {
    method: 'POST',
    body: { client_id: id },
  })
  const headers = { authorization: `Bearer ${(token.body as { token: string }).token}` }
  const asVisitor = () => send(`${appliance.origin}/api/v1/assistants/`, { headers })
  expect((await asVisitor()).status).toBe(200)
  expect(await call('DELETE', `/keys/${id}`)).toMatchObject({ status: 200, body: { data: null } })
  expect((await asVisitor()).status).toBe(401)
  expect((await call('GET', '/keys/')).status).toBe(401)
  expect((await appliance.call('GET', `/keys/${id}`)).status).toBe(404)
})

it('keeps the last key that may manage keys', async () => {
  const { db } = appliance.database
  await db.deleteFrom('client').where('id', '!=', appliance.keys['x-api-key']).execute()
  const path = `/keys/${appliance.keys['x-api-key']}`
  await make({ scopes: ['assistants:write', 'keys:read'] })
  expect(await appliance.call('DELETE', path)).toMatchObject({ status: 409, body: { code: 'conflict' } })
  expect((await appliance.call('PATCH', path, { scopes: ['keys:read'] })).status).toBe(409)
  expect((await appliance.call('PATCH', path, { name: 'Still there' })).status).toBe(200)
  const heir = await make({ scopes: ['keys:write'] })
  expect((await appliance.call('PATCH', path, { scopes: ['keys:read'] })).status).toBe(200)
  expect((await heir.call('DELETE', `/keys/${heir.id}`)).status).toBe(409)
  await db
    .updateTable('client')
    .set({ scopes: '["*"]' })
    .where('id', '=', appliance.keys['x-api-key'])
    .execute()
  expect((await appliance.call('DELETE', `/keys/${heir.id}`)).status).toBe(200)
})

it('cannot tell another organization’s key from one that does not exist', async () => {
  const { db } = appliance.database
  const created_at = new Date().toISOString()
  await db
    .insertInto('organization')
    .values({ id: 'o2', name: 'O2', requests_per_hour: null, created_at })
    .execute()
  await db
    .insertInto('client')
    .values({ id: 'theirs', org_id: 'o2', name: 'T', secret_hash: 'x', allowed_origins: '[]', created_at })
    .execute()
  for (const [method, path, body] of [
    ['GET', ''],
    ['PATCH', '', { name: 'x' }],
    ['POST', '/rotate', {}],
    ['DELETE', ''],
  ] as const) {
    const ask = async (id: string) => {
      const { status, body: told } = await appliance.call(method, `/keys/${id}${path}`, body)
      return { status, told: JSON.stringify(told).replaceAll(id, ':id') }
    }
    const foreign = await ask('theirs')
    expect(foreign).toEqual(await ask('nobody'))
    expect(foreign.status).toBe(404)
  }
  expect((await appliance.call('GET', `/keys/${'x'.repeat(200)}`)).status).toBe(404)
  expect(JSON.stringify((await appliance.call('GET', '/keys/')).body)).not.toContain('theirs')
})

it('leaves the page a client when the first one is gone', async () => {
  const heir = await make()
  expect((await heir.call('DELETE', `/keys/${appliance.keys['x-api-key']}`)).status).toBe(200)
  const config = (await send(`${appliance.origin}/page/config.json`)).body as { client_id: string }
  const listed = data(await heir.call('GET', '/keys/'))['keys'] as { client_id: string }[]
  expect(listed.map((key) => key.client_id)).toContain(config.client_id)
})
