import { afterAll, beforeAll, expect, it } from 'vitest'
import { startAppliance, type Appliance } from '../helpers/appliance.js'
import { otherKeys, widgetOf } from '../helpers/callers.js'
import { data, send } from '../helpers/http.js'

let appliance: Appliance
beforeAll(async () => {
  appliance = await startAppliance()
})
afterAll(() => appliance.stop())

const save = (user_reference: string, traits?: unknown) =>
  appliance.call('POST', '/contexts/', { user_reference, ...(traits !== undefined && { traits }) })

it('is created once for a person, and merged when told of again', async () => {
  const first = await save('user-456', {
    name: 'John Doe',
    tier: 'premium',
    preferences: { language: 'en', notifications: true },
    orders: [1, 2],
  })
  expect(first.status).toBe(201)
  const again = await save('user-456', {
    tier: 'basic',
    name: null,
    preferences: { notifications: null, theme: 'dark' },
    orders: [3],
  })
  expect(again.status).toBe(200)
  expect(data(again)).toMatchObject({ id: data(first)['id'], user_reference: 'user-456' })
  expect(data(again)['traits']).toEqual({
    tier: 'basic',
    preferences: { language: 'en', theme: 'dark' },
    orders: [3],
  })
  expect((await save('bare')).status).toBe(201)
})

it('told of many times at once is one context that knows everything', async () => {
  const answers = await Promise.all(
    Array.from({ length: 8 }, (_, index) => save('busy', { [`k${String(index)}`]: 1 })),
  )
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
  const list = data(await appliance.call('GET', '/contexts/?user_reference=busy'))
  const [context] = list['contexts'] as { traits: object }[]
  expect(list['total']).toBe(1)
  expect(Object.keys(context?.traits ?? {})).toHaveLength(8)
})

it('is read, changed and deleted by its id or by its reference', async () => {
  const reference = 'team/a b@example.com'
  const { id } = data(await save(reference, { a: 1 })) as { id: string }
  const byReference = `/contexts/${encodeURIComponent(reference)}`
  expect(data(await appliance.call('GET', `/contexts/${id}`))['user_reference']).toBe(reference)
  expect(data(await appliance.call('GET', byReference))['id']).toBe(id)
  const changed = await appliance.call('PATCH', byReference, { traits: { b: 2 }, user_reference: 'renamed' })
  expect(data(changed)).toMatchObject({ id, user_reference: 'renamed', traits: { a: 1, b: 2 } })
  await save('taken')
  expect((await appliance.call('PATCH', `/contexts/${id}`, { user_reference: 'taken' })).status).toBe(409)
  expect(data(await appliance.call('DELETE', `/contexts/renamed`))).toBeNull()
  for (const path of [`/contexts/${id}`, '/contexts/renamed'])
    expect((await appliance.call('GET', path)).status).toBe(404)
})

it('is listed newest first, and found by what it says', async () => {
  await save('needle-1', { city: 'Lyon 100%' })
  await save('needle-2', { city: 'Paris' })
  const found = async (q: string) =>
    (
      data(await appliance.call('GET', `/contexts/?q=${encodeURIComponent(q)}`))['contexts'] as {
        user_reference: string
      }[]
    ).map(({ user_reference }) => user_reference)
  expect(await found('needle')).toEqual(['needle-2', 'needle-1'])
  expect(await found('Lyon 100%')).toEqual(['needle-1'])
  expect(await found('L_on')).toEqual([])
})

it('names the field that is wrong', async () => {
  const calls: [body: unknown, path: string][] = [
    [{ traits: {} }, 'user_reference'],
    [{ user_reference: ' ' }, 'user_reference'],
    [{ user_reference: 'x'.repeat(201) }, 'user_reference'],
    [{ user_reference: 'a', traits: [] }, 'traits'],
    [{ user_reference: 'a', traits: { big: 'x'.repeat(17_000) } }, 'traits'],
  ]
  for (const [body, path] of calls)
    expect(await appliance.call('POST', '/contexts/', body)).toMatchObject({
      status: 422,
      body: { data: { errors: [{ path }] } },
    })
})

it('does not grow beyond its bound by many small pieces', async () => {
  await save('large', { a: 'x'.repeat(10_000) })
  const answer = await save('large', { b: 'x'.repeat(10_000) })
  expect(answer).toMatchObject({ status: 422, body: { data: { errors: [{ path: 'traits' }] } } })
  expect(Object.keys(data(await appliance.call('GET', '/contexts/large'))['traits'] as object)).toEqual(['a'])
})

it('is for keys, and for those of its own organization', async () => {
  const { id } = data(await save('private', { secret: 1 })) as { id: string }
  const widget = await widgetOf(appliance)
  const stranger = await otherKeys(appliance, 'stranger', { organization: 'elsewhere' })
  const ask = (method: string, path: string, headers: Record<string, string>, body?: unknown) =>
    send(`${appliance.origin}/api/v1/contexts/${path}`, { method, headers, body })
  expect((await ask('GET', '', widget)).status).toBe(403)
  expect((await ask('GET', id, widget)).status).toBe(403)
  expect((await ask('POST', '', widget, { user_reference: 'private' })).status).toBe(403)
  for (const path of [id, 'private'])
    for (const [method, body] of [['GET'], ['PATCH', { traits: {} }], ['DELETE']] as const)
      expect((await ask(method, path, stranger, body)).status).toBe(404)
  expect(data(await ask('GET', '', stranger))['total']).toBe(0)
  const own = await ask('POST', '', stranger, { user_reference: 'private', traits: { theirs: true } })
  expect(own.status).toBe(201)
  expect(data(await appliance.call('GET', '/contexts/private'))['traits']).toEqual({ secret: 1 })
})
