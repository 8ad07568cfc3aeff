import { afterEach, expect, it } from 'vitest'
import { startAppliance, type Appliance } from '../helpers/appliance.js'
import { data, send } from '../helpers/http.js'
import { evidence, scriptedRetriever } from '../helpers/scripted-retriever.js'

let appliance: Appliance
afterEach(() => appliance.stop())

interface Load {
  method: string
  route: string
  requests: number
  errors: number
  p50_ms: number | null
}

async function report(path: string): Promise<Record<string, unknown>> {
  const answer = await appliance.call('GET', `/analytics/${path}`)
  expect(answer.status, JSON.stringify(answer.body)).toBe(200)
  return data(answer)
}

async function orgId(): Promise<string> {
  return (await appliance.database.db.selectFrom('organization').select('id').executeTakeFirstOrThrow()).id
}

it('logs every request of a known sender by its pattern, refused ones too, newest first', async () => {
  appliance = await startAppliance()
  const assistants = data(await appliance.call('GET', '/assistants/'))['assistants'] as { id: string }[]
  await appliance.call('GET', `/agents/${assistants[0]?.id ?? ''}`, undefined, { 'x-request-id': 'mine' })
  await appliance.call('POST', '/assistants/', { name: 4 })
  await appliance.call('GET', '/nowhere')
  await send(`${appliance.origin}/api/v1/assistants/`, {
    headers: { 'x-api-key': 'who', 'x-api-secret': 'knows' },
  })

  const { logs, total, limit } = await report('logs/')
  expect({ total, limit }).toEqual({ total: 4, limit: 50 })
  expect(logs).toMatchObject([
    { method: 'GET', route: 'unmatched', status: 404 },
    { method: 'POST', route: '/api/v1/assistants', status: 422, caller: 'key', client_id: 'test-client' },
    { method: 'GET', route: '/api/v1/assistants/:id', status: 200, request_id: 'mine' },
    { method: 'GET', route: '/api/v1/assistants', status: 200 },
  ])
  expect(JSON.stringify(logs)).not.toContain(assistants[0]?.id)

  expect(await report('logs/?status=422')).toMatchObject({ total: 1, logs: [{ method: 'POST' }] })
  expect(await report('logs/?method=POST')).toMatchObject({ total: 1, logs: [{ status: 422 }] })
  expect(await report('logs/?route=unmatched&client_id=test-client')).toMatchObject({ total: 1 })
  expect(await report('logs/?client_id=other')).toMatchObject({ total: 0, logs: [] })
  expect(await report('logs/?route=/api/v1/assistants&limit=1&offset=1')).toMatchObject({
    total: 2,
    logs: [{ method: 'GET' }],
  })
})

it('finds the page of a long log that is asked for', async () => {
  appliance = await startAppliance()
  const org_id = await orgId()
  const now = Date.now()
  const rows = Array.from({ length: 9000 }, (_, index) => ({
    ...{ org_id, request_id: String(index), client_id: 'test-client', caller: 'key' as const, method: 'GET' },
    ...{ route: '/x', status: index % 1000 === 0 ? 500 : 200, ms: 1 },
    created_at: new Date(now - 10_000 + index).toISOString(),
  }))
  for (let at = 0; at < rows.length; at += 1000)
    await appliance.database.db
      .insertInto('request_log')
      .values(rows.slice(at, at + 1000))
      .execute()
  const failed = await report('logs/?status=500&limit=3&offset=3')
  expect(failed['total']).toBe(9)
  expect((failed['logs'] as { request_id: string }[]).map((row) => row.request_id)).toEqual([
    '5000',
    '4000',
    '3000',
  ])
  const across = await report('logs/?route=/x&limit=4&offset=3998')
  expect((across['logs'] as { request_id: string }[]).map((row) => row.request_id)).toEqual(
    [3998, 3999, 4000, 4001].map((place) => String(8999 - place)),
  )
})

it('adds up endpoints, clients and refusals for want of allowance', async () => {
  appliance = await startAppliance({ env: { RATE_LIMIT_PER_HOUR: '3' } })
  for (let sent = 0; sent < 5; sent += 1) await appliance.call('GET', '/assistants/')
  await appliance.database.db.updateTable('organization').set({ requests_per_hour: 100 }).execute()

  const endpoints = await report('endpoints/')
  const list = endpoints['endpoints'] as Load[]
  expect(list.find(({ route }) => route === '/api/v1/assistants')).toMatchObject({ requests: 3, errors: 0 })
  expect(list.find(({ route }) => route === '/api/v1/assistants')?.p50_ms).toBeGreaterThan(0)
  expect(endpoints['totals']).toMatchObject({ requests: 5, errors: 2 })

  const limits = await report('rate-limits/')
  expect(limits).toMatchObject({ limit: 100, totals: { limited: 2 } })
  expect(limits['window']).toMatchObject({ used: 7, remaining: 93 })
  expect(limits['buckets']).toHaveLength(25)
  expect((limits['buckets'] as { limited: number }[]).at(-1)).toMatchObject({ limited: 2 })

  const { keys } = await report('keys/')
  expect(keys).toMatchObject([{ client_id: 'test-client', requests: 7, errors: 2 }])
  expect((keys as { last_used_at: string | null }[])[0]?.last_used_at).not.toBeNull()

  const made = data(await appliance.call('POST', '/keys/', { name: 'Gone' }))
  const gone = { 'x-api-key': String(made['client_id']), 'x-api-secret': String(made['client_secret']) }
  expect((await appliance.call('GET', '/assistants/', undefined, gone)).status).toBe(200)
  await appliance.call('DELETE', `/keys/${gone['x-api-key']}`)
  expect((await report('keys/'))['keys']).toMatchObject([
    { client_id: 'test-client', name: 'First client' },
    { client_id: gone['x-api-key'], name: null, requests: 1, last_used_at: null },
  ])
})

it('counts sessions, messages and replies by the way they came about', async () => {
  appliance = await startAppliance({
    engines: {
      retriever: scriptedRetriever({
        evidence: (question) => evidence(question.includes('moon') ? { confidence: 0.1, quotes: [] } : {}),
      }),
    },
  })
  const session = await openSession()
  for (const content of ['How do I reset it?', 'How far is the moon?'])
    await appliance.call('POST', `/sessions/${session}/messages`, { content })
  await appliance.call('POST', `/sessions/${session}/messages`, { content: 'A note', skip_ai_response: true })

  const usage = await report('usage/?bucket=day')
  const counted = {
    sessions: 1,
    messages: 5,
    replies: { total: 2, quote: 1, declined: 1 },
    declined_share: 0.5,
  }
  expect(usage['totals']).toMatchObject(counted)
  expect((usage['buckets'] as unknown[]).at(-1)).toMatchObject(counted)
})

it('adds up what is stored of several clients, hours and ways, and leaves other organizations out', async () => {
  appliance = await startAppliance()
  const { db } = appliance.database
  const org_id = await orgId()
  const created_at = '2026-01-01T00:00:00.000Z'
  await db
    .insertInto('organization')
    .values({ id: 'other', name: 'Other', requests_per_hour: null, created_at })
    .execute()
  const of = (org: string, hour: string, ms: number, requests: number) => ({
    ...{
      org_id: org,
      hour: `2026-03-0${hour}:00:00.000Z`,
      client_id: 'a',
      method: 'GET',
      route: '/r',
      status: 200,
    },
    ...{ requests, total_ms: ms * requests, histogram: JSON.stringify({ [bucket(ms)]: requests }) },
  })
  await db
    .insertInto('request_hour')
    .values([of(org_id, '1T10', 10, 90), of(org_id, '2T11', 1000, 10), of('other', '1T10', 5, 1000)])
    .execute()
  const asked = 'from=2026-03-01&to=2026-03-03T00:00:00Z'
  const { totals } = await report(`endpoints/?${asked}`)
  const { requests, p50_ms, p95_ms } = totals as { requests: number; p50_ms: number; p95_ms: number }
  expect(requests).toBe(100)
  expect(Math.abs(p50_ms / 10 - 1)).toBeLessThan(0.05)
  expect(Math.abs(p95_ms / 1000 - 1)).toBeLessThan(0.05)
  const usage = await report(`usage/?${asked}&bucket=day`)
  expect((usage['buckets'] as { requests: number }[]).map((each) => each.requests)).toEqual([90, 10])
})

/** Written out again: the buckets are 10 % wide and begin at 0.1 ms. */
function bucket(ms: number): number {
  return Math.floor(Math.log(ms / 0.1) / Math.log(1.1))
}

it('tells how assistants were rated', async () => {
  appliance = await startAppliance()
  const session = await openSession()
  const sent = data(
    await appliance.call('POST', `/sessions/${session}/messages`, { content: 'How do I reset it?' }),
  )
  const reply = sent['assistant_message'] as { id: string }
  const { db } = appliance.database
  const talk = await db.selectFrom('conversation').selectAll().executeTakeFirstOrThrow()
  const now = new Date().toISOString()
  const about = {
    ...{ org_id: talk.org_id, assistant_id: talk.assistant_id, conversation_id: talk.id },
    ...{ comment: null, created_at: new Date(Date.now() - 1000).toISOString(), updated_at: now },
  }
  await db
    .insertInto('feedback')
    .values([
      { id: 'f1', ...about, session_id: null, message_id: reply.id, rating: 'thumbs_down' },
      { id: 'f2', ...about, session_id: session, message_id: null, rating: 'positive' },
    ])
    .execute()
  const rated = { thumbs_down: 1, positive: 1, positive_share: 0.5 }
  expect(await report('feedback/')).toMatchObject({
    totals: rated,
    assistants: [{ assistant_id: talk.assistant_id, ...rated }],
  })
  expect(await report('feedback/?from=2026-01-01&to=2026-01-02')).toMatchObject({ assistants: [] })
})

it.each([
  ['logs/?from=yesterday', 'from'],
  ['usage/?from=2026-03-02&to=2026-03-01', 'from'],
  ['usage/?from=2024-01-01&to=2026-01-01&bucket=day', 'from'],
  ['usage/?from=2026-01-01&to=2026-03-01', 'bucket'],
  ['usage/?bucket=week', 'bucket'],
  ['logs/?status=9', 'status'],
  ['events/?assistant_id=x', 'assistant_id'],
])('refuses %s, naming the field', async (path, field) => {
  appliance = await startAppliance()
  const answer = await appliance.call('GET', `/analytics/${path}`)
  expect(answer).toMatchObject({ status: 422, body: { data: { errors: [{ path: field }] } } })
})

it('is for keys that may read statistics', async () => {
  appliance = await startAppliance()
  const token = await send(`${appliance.origin}/api/v1/auth/widget-token`, {
    method: 'POST',
    body: { client_id: 'test-client' },
  })
  const authorization = `Bearer ${(token.body as { token: string }).token}`
  const url = `${appliance.origin}/api/v1/analytics/usage/`
  expect((await send(url, { headers: { authorization } })).status).toBe(403)
  await appliance.database.db.updateTable('client').set({ scopes: '["knowledge:write"]' }).execute()
  expect((await appliance.call('GET', '/analytics/usage/')).status).toBe(403)
  await appliance.database.db.updateTable('client').set({ scopes: '["analytics:read"]' }).execute()
  expect((await appliance.call('GET', '/analytics/usage/')).status).toBe(200)
})

it('stores what waits when it ends, and removes what is old when it starts', async () => {
  appliance = await startAppliance()
  await appliance.call('GET', '/assistants/')
  const { dir } = appliance
  await appliance.stop(true)
  appliance = await startAppliance({ dataDir: dir, env: { ANALYTICS_DAYS: '2', ANALYTICS_HOURS_DAYS: '3' } })
  expect(await report('logs/')).toMatchObject({ total: 1, logs: [{ route: '/api/v1/assistants' }] })

  const { db } = appliance.database
  const org_id = await orgId()
  const ago = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString()
  const call = { client_id: 'a', method: 'GET', route: '/r', status: 200 }
  for (const days of [1, 2.5, 9]) {
    const caller = 'key' as const
    await db
      .insertInto('request_log')
      .values({ org_id, request_id: 'old', caller, ...call, ms: 1, created_at: ago(days) })
      .execute()
    await db
      .insertInto('request_hour')
      .values({ org_id, hour: ago(days), ...call, requests: 1, total_ms: 1, histogram: '{}' })
      .execute()
  }
  await appliance.stop(true)
  appliance = await startAppliance({ dataDir: dir, env: { ANALYTICS_DAYS: '2', ANALYTICS_HOURS_DAYS: '3' } })
  const left = async (table: 'request_log' | 'request_hour') =>
    (await appliance.database.db.selectFrom(table).select('route').where('route', '=', '/r').execute()).length
  await expect.poll(() => left('request_log')).toBe(1)
  await expect.poll(() => left('request_hour')).toBe(2)
})

async function openSession(): Promise<string> {
  const assistants = data(await appliance.call('GET', '/assistants/'))['assistants'] as { id: string }[]
  const session = await appliance.call('POST', '/sessions/', { assistant_id: assistants[0]?.id })
  return String(data(session)['id'])
}
