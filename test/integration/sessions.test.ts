import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startAppliance, type Appliance } from '../helpers/appliance.js'
import { otherKeys, widgetOf } from '../helpers/callers.js'
import { data, send, type Answer } from '../helpers/http.js'

const PAST = '2020-01-01T00:00:00.000Z'

let appliance: Appliance
let assistant: string

beforeEach(async () => {
  appliance = await startAppliance()
  assistant = String(data(await appliance.call('POST', '/assistants/', { name: 'Desk' }))['id'])
})

afterEach(() => appliance.stop())

async function open(body: Record<string, unknown> = {}) {
  const answer = await appliance.call('POST', '/sessions/', { assistant_id: assistant, ...body })
  return data(answer) as { id: string; conversation_id: string; expires_at: string }
}

async function expire(id: string) {
  const { db } = appliance.database
  await db.updateTable('session').set({ expires_at: PAST }).where('id', '=', id).execute()
}

async function ids(query: string): Promise<unknown[]> {
  const { sessions } = data(await appliance.call('GET', `/sessions/?${query}`)) as {
    sessions: { id: string }[]
  }
  return sessions.map(({ id }) => id)
}

describe('the list of sessions', () => {
  it('is narrowed by assistant, visitor and status, and read from either end, page by page', async () => {
    const other = String(data(await appliance.call('POST', '/assistants/', { name: 'Other' }))['id'])
    const first = await open({ visitor_id: 'ann' })
    const second = await open({ visitor_id: 'bob' })
    const third = await open({ visitor_id: 'ann', assistant_id: other })
    await expire(second.id)
    expect(await ids('')).toEqual([third.id, second.id, first.id])
    expect(await ids('sort=oldest')).toEqual([first.id, second.id, third.id])
    expect(await ids('visitor_id=ann')).toEqual([third.id, first.id])
    expect(await ids('status=active')).toEqual([third.id, first.id])
    expect(await ids('status=expired')).toEqual([second.id])
    expect(await ids(`assistant_id=${assistant}`)).toEqual([second.id, first.id])
    expect(await ids(`agent_id=${other}`)).toEqual([third.id])
    const page = data(await appliance.call('GET', '/sessions/?limit=1&offset=1'))
    expect(page).toMatchObject({
      total: 3,
      limit: 1,
      offset: 1,
      sessions: [{ id: second.id, status: 'expired' }],
    })
  })

  it('is for keys, and refuses filters that mean nothing', async () => {
    const widget = await widgetOf(appliance)
    expect((await send(`${appliance.origin}/api/v1/sessions/`, { headers: widget })).status).toBe(403)
    for (const query of ['status=open', 'sort=up', 'assistant_id=x', 'limit=0'])
      expect((await appliance.call('GET', `/sessions/?${query}`)).status, query).toBe(422)
  })

  it('holds for narrowed keys only the sessions of their assistants', async () => {
    const session = await open()
    const narrowed = await otherKeys(appliance, 'narrowed', {
      assistantIds: ['99999999-9999-4999-8999-999999999999'],
    })
    const list = await send(`${appliance.origin}/api/v1/sessions/`, { headers: narrowed })
    expect(data(list)['total']).toBe(0)
    const one = await send(`${appliance.origin}/api/v1/sessions/${session.id}`, { headers: narrowed })
    expect(one.status).toBe(404)
  })
})

describe('a session', () => {
  it('has its metadata merged: null removes, objects are merged within, the rest stays', async () => {
    const { id } = await open({ metadata: { page: '/', tour: { step: 1, seen: ['a'] }, old: 1 } })
    const answer = await appliance.call('PATCH', `/sessions/${id}`, {
      metadata: { old: null, tour: { step: 2 }, new: true },
    })
    const expected = { page: '/', tour: { step: 2, seen: ['a'] }, new: true }
    expect(data(answer)).toMatchObject({ id, session_id: id, metadata: expected })
    expect(data(await appliance.call('GET', `/sessions/${id}`))['metadata']).toEqual(expected)
    const nothing = await appliance.call('PATCH', `/sessions/${id}`, { metadata: null, foo: 1 })
    expect(data(nothing)['metadata']).toEqual(expected)
  })

  it('keeps keys that other programs stumble over', async () => {
    const { id } = await open()
    const url = `${appliance.origin}/api/v1/sessions/${id}`
    const headers = { ...appliance.keys, 'content-type': 'application/json' }
    const raw = '{"metadata":{"__proto__":{"polluted":true},"constructor":{"a":1}}}'
    expect((await send(url, { method: 'PATCH', headers, raw })).status).toBe(200)
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
    expect(JSON.stringify(data(await send(url, { headers: appliance.keys }))['metadata'])).toContain(
      'constructor',
    )
  })

  it('refuses metadata that together would be too large', async () => {
    const { id } = await open({ metadata: { a: 'x'.repeat(9000) } })
    const answer = await appliance.call('PATCH', `/sessions/${id}`, { metadata: { b: 'x'.repeat(9000) } })
    expect(answer).toMatchObject({
      status: 422,
      body: { data: { errors: [{ path: 'metadata' }] } },
    })
    expect((await appliance.call('PATCH', `/sessions/${id}`, { metadata: 7 })).status).toBe(422)
  })

  it('tells by heartbeat until when it lasts, whatever the body, without being prolonged or counted', async () => {
    const { id, expires_at } = await open()
    const headers = { ...appliance.keys, 'content-type': 'application/json' }
    const url = `${appliance.origin}/api/v1/sessions/${id}/heartbeat`
    const left = ({ headers: sent }: Answer) => Number(sent.get('x-ratelimit-remaining'))
    const before = left(await appliance.call('GET', `/sessions/${id}`))
    expect(before).toBeGreaterThan(0)
    for (const raw of [undefined, '{"a":1}', 'no json'])
      for (const slash of ['', '/']) {
        const answer = await send(url + slash, { method: 'POST', headers, ...(raw !== undefined && { raw }) })
        expect(answer.status).toBe(200)
        expect(data(answer)).toEqual({ session_id: id, status: 'active', expires_at })
        expect(left(answer)).toBe(before)
      }
    expect(left(await appliance.call('GET', `/sessions/${id}`))).toBe(before - 1)
  })

  it('ends when deleted, while what was said stays with the organization, closed', async () => {
    const { id, conversation_id } = await open()
    await appliance.call('POST', `/sessions/${id}/messages`, { content: 'How?' })
    await appliance.call('POST', `/sessions/${id}/feedback`, { rating: 'positive' })
    expect(data(await appliance.call('DELETE', `/sessions/${id}`))).toBeNull()
    for (const path of ['', '/messages', '/transcript', '/feedback'])
      expect((await appliance.call('GET', `/sessions/${id}${path}`)).status).toBe(404)
    const kept = data(await appliance.call('GET', `/conversations/${conversation_id}`))
    expect(kept).toMatchObject({ status: 'closed', message_count: 2 })
    expect(data(await appliance.call('GET', '/feedback/'))).toMatchObject({
      total: 1,
      feedback: [{ conversation_id, session_id: null, message_id: null }],
    })
  })

  it('answers 410 on every route once it has expired', async () => {
    const { id } = await open()
    await expire(id)
    const calls: [method: string, path: string, body?: unknown][] = [
      ['GET', ''],
      ['PATCH', '', { metadata: {} }],
      ['DELETE', ''],
      ['POST', '/heartbeat'],
      ['GET', '/messages'],
      ['POST', '/messages', { content: 'How?' }],
      ['GET', '/feedback'],
      ['POST', '/feedback', { rating: 'neutral' }],
      ['DELETE', '/feedback'],
      ['GET', '/transcript'],
      ['DELETE', '/transcript'],
    ]
    for (const [method, path, body] of calls)
      expect(await appliance.call(method, `/sessions/${id}${path}`, body), `${method} ${path}`).toMatchObject(
        {
          status: 410,
          body: { code: 'session_expired' },
        },
      )
  })

  it('opened with a secret demands it of widget tokens on every route', async () => {
    const widget = await widgetOf(appliance)
    const secret = { 'x-session-secret': 'only-mine' }
    const url = `${appliance.origin}/api/v1/sessions/`
    const made = await send(url, {
      method: 'POST',
      headers: { ...widget, ...secret },
      body: { assistant_id: assistant },
    })
    const id = String(data(made)['id'])
    const calls: [method: string, path: string, body?: unknown][] = [
      ['GET', ''],
      ['PATCH', '', { metadata: { a: 1 } }],
      ['POST', '/heartbeat'],
      ['GET', '/messages'],
      ['POST', '/feedback', { rating: 'neutral' }],
      ['GET', '/transcript'],
      ['DELETE', '/transcript'],
    ]
    for (const [method, path, body] of calls) {
      const ask = (headers: Record<string, string>) => send(url + id + path, { method, headers, body })
      expect((await ask(widget)).status, `${method} ${path}`).toBe(403)
      expect((await ask({ ...widget, ...secret })).status, `${method} ${path}`).toBeLessThan(300)
    }
  })

  it('is used by any widget token of the organization that names its id', async () => {
    const made = await send(`${appliance.origin}/api/v1/sessions/`, {
      method: 'POST',
      headers: await widgetOf(appliance),
      body: { assistant_id: assistant },
    })
    const id = String(data(made)['id'])
    await otherKeys(appliance, 'second')
    const other = await widgetOf(appliance, 'second')
    const url = `${appliance.origin}/api/v1/sessions/${id}`
    expect((await send(url, { headers: other })).status).toBe(200)
  })

  it('reads its messages from either end', async () => {
    const { id } = await open()
    for (const content of ['one', 'two'])
      await appliance.call('POST', `/sessions/${id}/messages`, { content, skip_ai_response: true })
    const read = async (query: string) =>
      (
        data(await appliance.call('GET', `/sessions/${id}/messages?${query}`))['messages'] as {
          content: string
        }[]
      ).map(({ content }) => content)
    expect(await read('')).toEqual(['one', 'two'])
    expect(await read('sort=newest')).toEqual(['two', 'one'])
    expect(await read('offset=1')).toEqual(['two'])
  })
})
