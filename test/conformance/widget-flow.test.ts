import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CREDENTIALS, startAppliance, type Appliance } from '../helpers/appliance.js'
import { data, send } from '../helpers/http.js'
import { expectFields } from './fields.js'
import { dataOf, expectRefusal, HostedWidget, messageBody } from './hosted-widget.js'

let appliance: Appliance
let widget: HostedWidget
let assistantId: unknown
beforeAll(async () => {
  appliance = await startAppliance({ env: { RATE_LIMIT_PER_HOUR: '0' } })
  const made = await appliance.call('POST', '/assistants/', { name: 'Desk', instructions: 'Be brief.' })
  assistantId = data(made)['id']
  widget = await new HostedWidget(appliance.origin, CREDENTIALS.clientId).bootstrap()
})
afterAll(() => appliance.stop())

type Fields = Record<string, unknown>

describe('a widget’s first visit', () => {
  let session: Fields
  let reply: Fields

  it('reads its assistant, whose instructions are nobody’s business', async () => {
    const assistant = dataOf(await widget.ask('GET', `/api/v1/assistants/${String(assistantId)}`), 200)
    expectFields(assistant, 'assistant')
    expect(assistant).toMatchObject({ id: assistantId, name: 'Desk', is_active: true, instructions: '' })
  })

  it('reads a configuration, though none was ever made', async () => {
    for (const path of [`/widget-config/${String(assistantId)}`, '/widget-config/default/public']) {
      const config = dataOf(await widget.ask('GET', path), 200)
      expectFields(config, 'widgetConfig')
      expectFields(config['greeting_message'], 'greeting')
      expect(config).toMatchObject({ widget_type: 'chat' })
    }
  })

  it('opens a session without a secret', async () => {
    session = await widget.openSession(assistantId, { metadata: { entry: '/cart' }, browser: 'unknown' })
    expectFields(session, 'session')
    expect(session).toMatchObject({
      session_id: session['id'],
      visitor_id: 'visitor-1',
      locale: 'en',
      metadata: { entry: '/cart' },
    })
    expect(Date.parse(String(session['expires_at'])) - Date.parse(String(session['created_at']))).toBeCloseTo(
      3_600_000,
      -4,
    )
    expect(session['expires_at']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/)
  })

  it('finds nothing said yet', async () => {
    const list = dataOf(await widget.ask('GET', `/api/v1/sessions/${String(session['id'])}/messages`), 200)
    expect(Object.keys(list).sort()).toEqual(['limit', 'messages', 'offset', 'total'])
    expect(list).toMatchObject({ messages: [], total: 0, offset: 0 })
  })

  it('sends a message, with more than anybody asked for', async () => {
    const exchange = dataOf(await widget.message(session['id'], 'How do I reset the printer?'), 200)
    expectFields(exchange, 'exchange')
    expect(exchange).toMatchObject({
      session_id: session['id'],
      conversation_id: session['conversation_id'],
      user_message: { sender: 'user', content: 'How do I reset the printer?', sources: [] },
    })
    reply = exchange['assistant_message'] as Fields
    expectFields(exchange['user_message'], 'message')
    expectFields(reply, 'message')
    expect(reply).toMatchObject({ sender: 'assistant' })
    expectReply(reply)
    expect(await widget.messages(session['id'])).toEqual([exchange['user_message'], reply])
  })

  it('says what is thought of a reply and of the session', async () => {
    const path = `/api/v1/message/${String(reply['id'])}/feedback`
    const rated = await widget.ask('POST', path, { feedback_type: 'thumbs_up', source: 'widget' })
    expectFields(dataOf(rated, 201), 'messageFeedback')
    const other = `/api/v1/messages/${String(reply['id'])}/feedback`
    const again = dataOf(await widget.ask('POST', other, { feedback_type: 'incorrect' }), 200)
    expect(again).toMatchObject({ message_id: reply['id'], has_feedback: true, feedback_type: 'incorrect' })
    expectRefusal(await widget.ask('POST', path, { feedback_type: 'splendid' }), 422)

    const feedback = `/api/v1/sessions/${String(session['id'])}/feedback`
    const before = dataOf(await widget.ask('GET', feedback), 200)
    expectFields(before, 'sessionFeedback')
    expect(before).toMatchObject({ has_feedback: false, rating: null })
    for (const rating of ['positive', 'neutral', 'negative'])
      expect((await widget.ask('POST', feedback, { rating, comment: 'So so.' })).status).toBeLessThan(300)
    const after = dataOf(await widget.ask('GET', feedback), 200)
    expect(after).toMatchObject({ has_feedback: true, rating: 'negative', comment: 'So so.' })
  })

  it('says every twenty seconds that it is still there', async () => {
    const path = `/api/v1/sessions/${String(session['id'])}/heartbeat`
    const beat = dataOf(await widget.ask('POST', path), 200)
    expectFields(beat, 'heartbeat')
    expect(beat).toMatchObject({ session_id: session['id'], status: 'active' })
  })

  it('reports events without credentials, and whatever they name', async () => {
    const events = [
      { event_type: 'widget_opened', assistant: assistantId, user_id: 'visitor-1', metadata: { page: '/' } },
      { event_type: 'widget_opened', agent: assistantId },
      { event_type: 'widget_opened', assistant: 'no-such-assistant', at: 12 },
    ]
    for (const body of events) {
      const answer = await send(`${appliance.origin}/telemetry/events/`, { method: 'POST', body })
      expect(dataOf(answer, 200)).toEqual({ accepted: true })
    }
  })
})

describe('a widget’s later visits', () => {
  it('resume a stored session with a new token', async () => {
    const session = await widget.openSession(assistantId)
    await widget.message(session['id'], 'How?')
    const later = await new HostedWidget(appliance.origin, CREDENTIALS.clientId).bootstrap()
    expect(later.authorization).not.toBe(widget.authorization)
    expect(dataOf(await later.ask('GET', `/api/v1/sessions/${String(session['id'])}`), 200)).toMatchObject({
      id: session['id'],
    })
    expect(await later.messages(session['id'])).toHaveLength(2)
    expect(dataOf(await later.message(session['id'], 'And then?'), 200)['session_id']).toBe(session['id'])
  })

  it('need the secret of a session that was opened with one', async () => {
    const secret = { 'x-session-secret': 'a-secret-of-this-browser' }
    const body = { assistant_id: assistantId }
    const opened = dataOf(await widget.ask('POST', '/api/v1/sessions/', body, secret), 201)
    const paths: [string, string, unknown?][] = [
      ['GET', ''],
      ['GET', '/messages'],
      ['POST', '/messages', messageBody('How?')],
      ['POST', '/heartbeat'],
      ['GET', '/feedback'],
      ['POST', '/feedback', { rating: 'positive' }],
      ['GET', '/transcript'],
      ['PATCH', '', { metadata: { a: 1 } }],
      ['DELETE', '/transcript'],
      ['DELETE', ''],
    ]
    for (const [method, path, given] of paths) {
      const whole = `/api/v1/sessions/${String(opened['id'])}${path}`
      expectRefusal(await widget.ask(method, whole, given), 403)
      expectRefusal(await widget.ask(method, whole, given, { 'x-session-secret': 'wrong' }), 403)
    }
    const own = await widget.ask('GET', `/api/v1/sessions/${String(opened['id'])}`, undefined, secret)
    expect(dataOf(own, 200)['id']).toBe(opened['id'])
  })

  it('are told that a session has expired', async () => {
    const session = String((await widget.openSession(assistantId))['id'])
    await appliance.database.db
      .updateTable('session')
      .set({ expires_at: '2020-01-01T00:00:00.000Z' })
      .where('id', '=', session)
      .execute()
    const requests: [string, string, unknown?][] = [
      ['GET', ''],
      ['PATCH', '', { metadata: {} }],
      ['GET', '/messages'],
      ['POST', '/messages', messageBody('How?')],
      ['POST', '/heartbeat'],
    ]
    for (const [method, path, body] of requests)
      expectRefusal(
        await widget.ask(method, `/api/v1/sessions/${session}${path}`, body),
        410,
        'session_expired',
      )
  })

  it('are told that an assistant is no longer on duty', async () => {
    const made = data(await appliance.call('POST', '/assistants/', { name: 'Retired' }))['id']
    const session = await widget.openSession(made)
    await appliance.call('PATCH', `/assistants/${String(made)}`, { is_active: false })
    expectRefusal(await widget.message(session['id'], 'How?'), 403)
    expectRefusal(await widget.ask('POST', '/api/v1/sessions/', { assistant_id: made }), 403)
    const list = dataOf(await widget.ask('GET', '/api/v1/assistants/'), 200)['assistants'] as Fields[]
    expect(list.map(({ id }) => id)).toContain(assistantId)
    expect(list.map(({ id }) => id)).not.toContain(made)
  })
})

describe('a session', () => {
  it('merges metadata, keeps words without a reply, and is ended', async () => {
    const id = String((await widget.openSession(assistantId, { metadata: { a: 1, b: 2 } }))['id'])
    const patched = await widget.ask('PATCH', `/api/v1/sessions/${id}`, { metadata: { b: 3, c: 4 } })
    const session = dataOf(patched, 200)
    expectFields(session, 'session')
    expect(session['metadata']).toEqual({ a: 1, b: 3, c: 4 })

    const note = { content: 'A note.', skip_ai_response: true }
    const kept = dataOf(await widget.ask('POST', `/api/v1/sessions/${id}/messages`, note), 200)
    expect(kept).toMatchObject({ user_message: { content: 'A note.' }, assistant_message: null })
    expect(await widget.messages(id)).toHaveLength(1)

    expect(dataOf(await widget.ask('DELETE', `/api/v1/sessions/${id}`), 200)).toBeNull()
    expectRefusal(await widget.ask('GET', `/api/v1/sessions/${id}`), 404)
  })

  it('is pushed forward by a message', async () => {
    const id = String((await widget.openSession(assistantId))['id'])
    const soon = new Date(Date.now() + 60_000).toISOString()
    await appliance.database.db
      .updateTable('session')
      .set({ expires_at: soon })
      .where('id', '=', id)
      .execute()
    const exchange = dataOf(await widget.message(id, 'How?'), 200)
    expect(String(exchange['expires_at']) > soon).toBe(true)
    const session = dataOf(await widget.ask('GET', `/api/v1/sessions/${id}`), 200)
    expect(session['expires_at']).toBe(exchange['expires_at'])
  })
})

/** What a reply tells of itself and of where it comes from. */
function expectReply(reply: Fields): void {
  const { metadata, sources } = reply as { metadata: Fields; sources: Fields[] }
  const { salutation: _salutation, ...rest } = metadata
  expectFields(rest, 'replyMetadata')
  expect(metadata).toMatchObject({
    assistant_unsure: expect.any(Boolean) as boolean,
    handoff: expect.any(Boolean) as boolean,
    confidence_score: expect.any(Number) as number,
    confidence_threshold: expect.any(Number) as number,
    citation_validation_passed: true,
    usage: {
      prompt_tokens: expect.any(Number) as number,
      cached_tokens: expect.any(Number) as number,
      completion_tokens: expect.any(Number) as number,
    },
  })
  expect(sources).toHaveLength(1)
  for (const source of sources) expectFields(source, 'source')
  expect(sources[0]).toMatchObject({ type: 'knowledge_base', title: 'Printer manual', url: null })
}
