import { afterAll, beforeAll, expect, it } from 'vitest'
import { startAppliance, type Appliance } from '../helpers/appliance.js'
import { otherKeys, widgetOf } from '../helpers/callers.js'
import { data, send } from '../helpers/http.js'

let appliance: Appliance
let assistant: string
beforeAll(async () => {
  appliance = await startAppliance()
  assistant = String(data(await appliance.call('POST', '/assistants/', { name: 'Desk' }))['id'])
})
afterAll(() => appliance.stop())

async function talk(headers: Record<string, string> = appliance.keys) {
  const post = (path: string, body: unknown) =>
    send(`${appliance.origin}/api/v1${path}`, { method: 'POST', headers, body })
  const session = String(data(await post('/sessions/', { assistant_id: assistant }))['id'])
  const answer = data(await post(`/sessions/${session}/messages`, { content: 'How?' }))
  const [user, reply] = [answer['user_message'], answer['assistant_message']] as { id: string }[]
  return { session, conversation: answer['conversation_id'], user: user?.id ?? '', reply: reply?.id ?? '' }
}

it('tells of a session whether it was rated, and keeps the latest rating', async () => {
  const { session, conversation } = await talk()
  const path = `/sessions/${session}/feedback`
  const none = {
    session_id: session,
    conversation_id: conversation,
    has_feedback: false,
    rating: null,
    comment: null,
    created_at: null,
    updated_at: null,
  }
  expect(data(await appliance.call('GET', path))).toEqual(none)
  const first = await appliance.call('POST', path, { rating: 'negative', comment: 'Too slow.' })
  expect(first).toMatchObject({
    status: 201,
    body: { data: { has_feedback: true, rating: 'negative', comment: 'Too slow.' } },
  })
  const second = await appliance.call('POST', path, { rating: 'positive' })
  expect(second).toMatchObject({ status: 200, body: { data: { rating: 'positive', comment: null } } })
  expect(data(await appliance.call('GET', path))).toEqual(data(second))
  expect(data(second)['created_at']).toBe(data(first)['created_at'])
  expect(data(await appliance.call('DELETE', path))).toEqual(none)
  expect(data(await appliance.call('GET', path))).toEqual(none)
  for (const body of [{}, { rating: 'thumbs_up' }, { rating: 'positive', comment: 5 }])
    expect((await appliance.call('POST', path, body)).status).toBe(422)
})

it('tells of a message the same, under both of its paths', async () => {
  const { reply, user } = await talk()
  const first = await appliance.call('POST', `/message/${reply}/feedback`, { feedback_type: 'thumbs_down' })
  expect(first).toMatchObject({
    status: 201,
    body: { data: { message_id: reply, has_feedback: true, feedback_type: 'thumbs_down' } },
  })
  const second = await appliance.call('POST', `/messages/${reply}/feedback`, {
    feedback_type: 'incorrect',
    comment: 'We moved.',
  })
  expect(second).toMatchObject({
    status: 200,
    body: { data: { feedback_type: 'incorrect', comment: 'We moved.' } },
  })
  expect(data(await appliance.call('GET', `/message/${reply}/feedback`))).toEqual(data(second))
  expect(data(await appliance.call('DELETE', `/message/${reply}/feedback`))['has_feedback']).toBe(false)
  expect(
    (await appliance.call('POST', `/message/${reply}/feedback`, { feedback_type: 'positive' })).status,
  ).toBe(422)
  expect(
    await appliance.call('POST', `/message/${user}/feedback`, { feedback_type: 'thumbs_up' }),
  ).toMatchObject({
    status: 409,
    body: { code: 'conflict' },
  })
})

it('is taken from a widget token for what its own client began, with the session’s secret where there is one', async () => {
  const widget = await widgetOf(appliance)
  await otherKeys(appliance, 'second')
  const other = await widgetOf(appliance, 'second')
  const open = await talk(widget)
  const guarded = await talk({ ...widget, 'x-session-secret': 'mine' })
  const rate = async (message: string, headers: Record<string, string>) =>
    (
      await send(`${appliance.origin}/api/v1/message/${message}/feedback`, {
        method: 'POST',
        headers,
        body: { feedback_type: 'thumbs_up' },
      })
    ).status
  expect(await rate(open.reply, widget)).toBe(201)
  expect(await rate(open.reply, other)).toBe(403)
  expect(await rate(guarded.reply, widget)).toBe(403)
  expect(await rate(guarded.reply, { ...widget, 'x-session-secret': 'mine' })).toBe(201)
  expect(await rate('99999999-9999-4999-8999-999999999999', widget)).toBe(404)
  const session = await send(`${appliance.origin}/api/v1/sessions/${open.session}/feedback`, {
    method: 'POST',
    headers: widget,
    body: { rating: 'neutral' },
  })
  expect(session.status).toBe(201)
})

it('is listed for keys with totals, narrowed by assistant, rating and time', async () => {
  const made = await appliance.call('POST', '/assistants/', { name: 'Rated' })
  assistant = String(data(made)['id'])
  const one = await talk()
  const two = await talk()
  await appliance.call('POST', `/sessions/${one.session}/feedback`, { rating: 'positive' })
  await appliance.call('POST', `/message/${one.reply}/feedback`, { feedback_type: 'incorrect' })
  await appliance.call('POST', `/message/${two.reply}/feedback`, {
    feedback_type: 'incorrect',
    comment: 'No.',
  })
  const list = async (query: string) =>
    data(await appliance.call('GET', `/feedback/?assistant_id=${assistant}${query}`)) as {
      total: number
      totals: Record<string, number>
      feedback: { id: string; message_id: string | null }[]
    }
  const totals = { positive: 1, neutral: 0, negative: 0, thumbs_up: 0, thumbs_down: 0, incorrect: 2 }
  const all = await list('')
  expect(all).toMatchObject({ total: 3, totals })
  expect(all.feedback.map(({ message_id }) => message_id)).toEqual([two.reply, one.reply, null])
  expect(await list('&rating=incorrect&limit=1')).toMatchObject({ total: 2, limit: 1, totals })
  expect(await list('&to=2020-01-01')).toMatchObject({ total: 0, totals: { incorrect: 0 } })
  expect((await list('&from=2020-01-01T00:00:00%2B02:00')).total).toBe(3)
  expect((await appliance.call('GET', '/feedback/?from=yesterday')).status).toBe(422)
  expect((await appliance.call('GET', '/feedback/?rating=great')).status).toBe(422)
  const { id } = all.feedback[0] ?? { id: '' }
  expect((await appliance.call('DELETE', `/feedback/${id}`)).status).toBe(200)
  expect((await appliance.call('DELETE', `/feedback/${id}`)).status).toBe(404)
  expect((await list('')).total).toBe(2)
  const headers = await widgetOf(appliance)
  expect((await send(`${appliance.origin}/api/v1/feedback/`, { headers })).status).toBe(403)
})

it('of another organization is like none', async () => {
  const { session, reply } = await talk()
  await appliance.call('POST', `/message/${reply}/feedback`, { feedback_type: 'thumbs_up' })
  const listed = data(await appliance.call('GET', '/feedback/'))['feedback'] as { id: string }[]
  const headers = await otherKeys(appliance, 'stranger', { organization: 'elsewhere' })
  const ask = (method: string, path: string, body?: unknown) =>
    send(`${appliance.origin}/api/v1${path}`, { method, headers, body })
  const calls: [method: string, path: string, body?: unknown][] = [
    ['GET', `/sessions/${session}/feedback`],
    ['POST', `/sessions/${session}/feedback`, { rating: 'negative' }],
    ['GET', `/message/${reply}/feedback`],
    ['POST', `/message/${reply}/feedback`, { feedback_type: 'incorrect' }],
    ['DELETE', `/message/${reply}/feedback`],
    ['DELETE', `/feedback/${listed[0]?.id ?? ''}`],
  ]
  for (const [method, path, body] of calls) expect((await ask(method, path, body)).status, path).toBe(404)
  expect(data(await ask('GET', '/feedback/'))).toMatchObject({ total: 0, totals: { thumbs_up: 0 } })
})
