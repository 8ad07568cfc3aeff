import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startAppliance, type Appliance } from '../helpers/appliance.js'
import { data, frames, send } from '../helpers/http.js'
import { scriptedChat } from '../helpers/scripted-chat.js'
import { scriptedRetriever } from '../helpers/scripted-retriever.js'
import { newAssistant, organizationId } from '../helpers/talk.js'

const retriever = scriptedRetriever()
/** Replies of the model wait here. */
let gate: Promise<void> = Promise.resolve()
const chat = scriptedChat(['It then beeps.'], () => gate)
let appliance: Appliance
let assistantId: string
let composerId: string

beforeAll(async () => {
  appliance = await startAppliance({ engines: { retriever, chat } })
  assistantId = await newAssistant(appliance)
  composerId = await newAssistant(appliance, { answer_mode: 'compose' })
})
afterAll(() => appliance.stop())

let keys = 0
const newKey = () => `key ${String((keys += 1))}`

function post(path: string, body: unknown, key: string, headers: Record<string, string> = {}) {
  return appliance.call('POST', path, body, { 'idempotency-key': key, ...headers })
}

async function openSession(assistant = assistantId): Promise<string> {
  return String(data(await appliance.call('POST', '/sessions/', { assistant_id: assistant }))['id'])
}

/** Holds the model's replies back until what is returned is called. */
function holdReplies(): () => void {
  let release: () => void = () => undefined
  gate = new Promise<void>((resolve) => (release = resolve))
  return release
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 5))
}

async function kept(): Promise<number> {
  const rows = await appliance.database.db.selectFrom('idempotent_answer').select('key').execute()
  return rows.length
}

async function newToken(): Promise<Record<string, string>> {
  const { body } = await send(`${appliance.origin}/api/v1/auth/widget-token`, {
    method: 'POST',
    body: { client_id: appliance.keys['x-api-key'] },
  })
  return { authorization: `Bearer ${(body as { token: string }).token}` }
}

function asWidget(path: string, body: unknown, headers: Record<string, string>) {
  return send(`${appliance.origin}/api/v1${path}`, { method: 'POST', body, headers })
}

describe('the same key with the same request', () => {
  it('creates one thing, and is told that the answer is the first one', async () => {
    const key = newKey()
    const first = await post('/sessions/', { assistant_id: assistantId }, key)
    expect(first.headers.get('idempotent-replayed')).toBeNull()
    const again = await post('/sessions', { assistant_id: assistantId }, key)
    expect(again).toMatchObject({ status: 201, body: first.body })
    expect(again.headers.get('idempotent-replayed')).toBe('true')
    expect(again.headers.get('content-type')).toContain('application/json')
  })

  it('gives a message’s answer again after the minute in which the same words join it', async () => {
    const session = await openSession()
    const key = newKey()
    const path = `/sessions/${session}/messages`
    const first = await post(path, { content: 'How?' }, key)
    await appliance.database.db
      .updateTable('message')
      .set({ created_at: '2020-01-01T00:00:00.000Z' })
      .execute()
    const asked = retriever.asked.length
    expect((await post(path, { content: 'How?' }, key)).body).toEqual(first.body)
    const streamed = await post(path, { content: 'How?' }, key, { accept: 'text/event-stream' })
    expect(streamed.headers.get('idempotent-replayed')).toBe('true')
    const seen = frames(String(streamed.body))
    expect(seen.map((frame) => frame['type'])).toEqual(['sources', 'token', 'done'])
    expect(seen.at(-1)?.['data']).toEqual(data(first))
    expect(retriever.asked).toHaveLength(asked)
  })

  it('gives a streamed answer again as JSON', async () => {
    const path = `/sessions/${await openSession()}/messages`
    const key = newKey()
    const streamed = await post(path, { content: 'How?' }, key, { accept: 'text/event-stream' })
    const again = await post(path, { content: 'How?' }, key)
    expect(again.headers.get('idempotent-replayed')).toBe('true')
    expect(data(again)).toEqual(frames(String(streamed.body)).at(-1)?.['data'])
  })

  it('gives a refusal again', async () => {
    const key = newKey()
    const unknown = { assistant_id: '99999999-9999-4999-8999-999999999999' }
    const first = await post('/sessions/', unknown, key)
    const again = await post('/sessions/', unknown, key)
    expect(again).toMatchObject({ status: 404, body: first.body })
    expect(again.headers.get('idempotent-replayed')).toBe('true')
  })

  it('is refused while the first is being answered, and finds its answer though the sender has left', async () => {
    const release = holdReplies()
    const session = await openSession(composerId)
    const path = `/sessions/${session}/messages`
    const key = newKey()
    const begun = chat.prompts.length
    const leaving = new AbortController()
    const sent = send(`${appliance.origin}/api/v1${path}`, {
      method: 'POST',
      headers: { ...appliance.keys, 'idempotency-key': key },
      body: { content: 'How?' },
      signal: leaving.signal,
    }).catch(() => 'left')
    await until(() => chat.prompts.length > begun)
    const early = await post(path, { content: 'How?' }, key)
    expect(early).toMatchObject({ status: 409, body: { code: 'conflict' } })
    expect(Number(early.headers.get('retry-after'))).toBeGreaterThan(0)
    expect((await post(path, { content: 'Why?' }, key)).status).toBe(422)
    leaving.abort()
    expect(await sent).toBe('left')
    const before = await kept()
    release()
    await until(async () => (await kept()) > before)
    const found = await post(path, { content: 'How?' }, key)
    expect(found.headers.get('idempotent-replayed')).toBe('true')
    expect(data(found)['assistant_message']).toMatchObject({ content: 'It then beeps.' })
    expect(chat.prompts).toHaveLength(begun + 1)
  })

  it('is answered anew after a day, and after a failure of ours', async () => {
    const key = newKey()
    const first = await post('/sessions/', { assistant_id: assistantId }, key)
    await appliance.database.db
      .updateTable('idempotent_answer')
      .set({ created_at: new Date(Date.now() - 25 * 3_600_000).toISOString() })
      .execute()
    const later = await post('/sessions/', { assistant_id: assistantId }, key)
    expect(later.headers.get('idempotent-replayed')).toBeNull()
    expect(data(later)['id']).not.toBe(data(first)['id'])
    expect(await kept()).toBe(1)

    gate = Promise.reject(new Error('broken'))
    gate.catch(() => undefined)
    const path = `/sessions/${await openSession(composerId)}/messages`
    const failing = newKey()
    expect((await post(path, { content: 'How?' }, failing)).status).toBe(500)
    gate = Promise.resolve()
    const retried = await post(path, { content: 'How?' }, failing)
    expect(retried.status).toBe(200)
    expect(retried.headers.get('idempotent-replayed')).toBeNull()
  })
})

describe('a key', () => {
  it('is good for one request', async () => {
    const key = newKey()
    await post('/sessions/', { assistant_id: assistantId }, key)
    const named = {
      body: { data: { errors: [{ path: 'Idempotency-Key', message: expect.any(String) as string }] } },
    }
    const others = [
      post('/sessions/', { assistant_id: composerId }, key),
      post('/sessions/', { assistant_id: assistantId }, key, { 'x-session-secret': 'sesame' }),
      post('/assistants/', { name: 'Desk' }, key),
      post(`/sessions/${await openSession()}/messages`, { content: 'How?' }, key),
    ]
    for (const other of await Promise.all(others)) expect(other).toMatchObject({ status: 422, ...named })
  })

  it.each(['', 'x'.repeat(256), 'clé', 'a\tb'])('may not be %j', async (key) => {
    const answer = await post('/sessions/', { assistant_id: assistantId }, key)
    expect(answer).toMatchObject({ status: 422, body: { detail: expect.stringContaining('255') as string } })
  })

  it('means nothing to what does not heed it', async () => {
    const headers = { 'idempotency-key': 'x'.repeat(300) }
    expect((await appliance.call('GET', '/assistants/', undefined, headers)).status).toBe(200)
  })

  it('of one visitor gives nothing that another has created', async () => {
    const key = { 'idempotency-key': newKey() }
    const body = { assistant_id: assistantId }
    const [one, other] = [await newToken(), await newToken()]
    const first = await asWidget('/sessions/', body, { ...one, ...key })
    const second = await asWidget('/sessions/', body, { ...other, ...key })
    expect([first.status, second.status]).toEqual([201, 201])
    expect(data(second)['id']).not.toBe(data(first)['id'])
    expect(data(await asWidget('/sessions/', body, { ...one, ...key }))['id']).toBe(data(first)['id'])
    expect(
      (await post('/sessions/', body, key['idempotency-key'])).headers.get('idempotent-replayed'),
    ).toBeNull()
  })

  it('goes on with a visitor’s new token, in the session it names, to whoever shows the session’s secret', async () => {
    const key = { 'idempotency-key': newKey() }
    const secret = { 'x-session-secret': 'sesame' }
    const opened = await asWidget(
      '/sessions/',
      { assistant_id: assistantId },
      { ...(await newToken()), ...secret },
    )
    const path = `/sessions/${String(data(opened)['id'])}/messages`
    const ask = async (more: Record<string, string>) =>
      asWidget(path, { content: 'How?' }, { ...(await newToken()), ...key, ...more })
    const first = await ask(secret)
    expect((await ask(secret)).body).toEqual(first.body)
    const stranger = await ask({})
    expect(stranger.status).toBe(422)
    expect(JSON.stringify(stranger.body)).not.toContain('printer')
    const elsewhere = await asWidget(
      `/sessions/${await openSession()}/messages`,
      { content: 'How?' },
      { ...(await newToken()), ...key },
    )
    expect(elsewhere.status).toBe(200)
  })
})

describe('answers that are kept', () => {
  it('go with the conversation they tell of', async () => {
    const before = await kept()
    const session = await openSession()
    await post(`/sessions/${session}/messages`, { content: 'How?' }, newKey())
    expect(await kept()).toBe(before + 1)
    const { conversation_id: id } = data(await appliance.call('GET', `/sessions/${session}`))
    await appliance.database.db.deleteFrom('conversation').where('id', '=', String(id)).execute()
    expect(await kept()).toBe(before)
  })

  it('are bounded for each organization', async () => {
    const org_id = await organizationId(appliance)
    const created_at = new Date(Date.now() - 1000).toISOString()
    const filler = Array.from({ length: 5000 }, (_, index) => ({
      org_id,
      key: `filler ${String(index)}`,
      fingerprint: '',
      conversation_id: null,
      status: 200,
      body: '{}',
      created_at,
    }))
    for (let from = 0; from < filler.length; from += 1000) {
      const rows = filler.slice(from, from + 1000)
      await appliance.database.db.insertInto('idempotent_answer').values(rows).execute()
    }
    const key = newKey()
    const first = await post('/sessions/', { assistant_id: assistantId }, key)
    expect(await kept()).toBe(5000)
    expect((await post('/sessions/', { assistant_id: assistantId }, key)).body).toEqual(first.body)
  })
})
