import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { CREDENTIALS, startAppliance, type Appliance } from '../helpers/appliance.js'
import { data } from '../helpers/http.js'
import { evidence, scriptedRetriever } from '../helpers/scripted-retriever.js'
import { dataOf, expectRefusal, HostedWidget, messageBody } from './hosted-widget.js'

type Fields = Record<string, unknown>

/** Search that answers when it is let, and tells when it was asked. */
class Gate {
  private open: (() => void) | undefined
  private tell: (() => void) | undefined
  private readonly opened = new Promise<void>((resolve) => (this.open = resolve))
  readonly reached = new Promise<void>((resolve) => (this.tell = resolve))
  readonly retriever = scriptedRetriever({
    evidence: async () => {
      this.tell?.()
      await this.opened
      return evidence()
    },
  })

  let(): void {
    this.open?.()
  }
}

let gate: Gate
let appliance: Appliance
let widget: HostedWidget
let assistantId: unknown
let session: Fields

beforeEach(async () => {
  gate = new Gate()
  appliance = await startAppliance({
    engines: { retriever: gate.retriever },
    env: { RATE_LIMIT_PER_HOUR: '0' },
  })
  assistantId = data(await appliance.call('POST', '/assistants/', { name: 'Desk' }))['id']
  widget = await new HostedWidget(appliance.origin, CREDENTIALS.clientId).bootstrap()
  session = await widget.openSession(assistantId)
})
afterEach(async () => {
  gate.let()
  await appliance.stop()
})

describe('a client that gives up and sends again', () => {
  it('is given the reply that was being made meanwhile', async () => {
    const leaving = new AbortController()
    const first = widget.message(session['id'], 'How?', {}, leaving.signal).catch(() => 'left')
    await gate.reached
    leaving.abort()
    expect(await first).toBe('left')
    const second = widget.message(session['id'], 'How?')
    gate.let()
    const exchange = dataOf(await second, 200)
    expect(await widget.messages(session['id'])).toEqual([
      exchange['user_message'],
      exchange['assistant_message'],
    ])
    expect(gate.retriever.asked).toEqual(['How?'])
  })

  it('finds the reply there when it never sends again', async () => {
    const leaving = new AbortController()
    const first = widget.message(session['id'], 'How?', {}, leaving.signal).catch(() => 'left')
    await gate.reached
    leaving.abort()
    await first
    gate.let()
    const other = dataOf(await widget.message(session['id'], 'And then?'), 200)
    const contents = (await widget.messages(session['id'])).map(({ content }) => content)
    expect(contents.slice(0, 1)).toEqual(['How?'])
    expect(contents).toHaveLength(4)
    expect(contents).toContain((other['user_message'] as Fields)['content'])
  })

  it('is given the same pair after the reply as well', async () => {
    gate.let()
    const first = dataOf(await widget.message(session['id'], 'How?'), 200)
    const again = dataOf(await widget.message(session['id'], 'How?'), 200)
    expect(again['user_message']).toEqual(first['user_message'])
    expect(again['assistant_message']).toEqual(first['assistant_message'])
    expect(await widget.messages(session['id'])).toHaveLength(2)
  })

  it('hears within ten seconds that there will be an answer', async () => {
    const response = await fetch(`${appliance.origin}/api/v1/sessions/${String(session['id'])}/messages`, {
      method: 'POST',
      headers: { authorization: widget.authorization, 'content-type': 'application/json' },
      body: JSON.stringify({ content: 'How?' }),
      signal: AbortSignal.timeout(10_000),
    })
    expect(response.status).toBe(200)
    gate.let()
    expect(await response.json()).toMatchObject({ status: 'success', data: { session_id: session['id'] } })
  })
})

describe('a request with a key of its own', () => {
  const key = (name: string) => ({ 'idempotency-key': name })

  it('gives the first answer again', async () => {
    const body = { assistant_id: assistantId, visitor_id: 'visitor-9' }
    const first = await widget.ask('POST', '/api/v1/sessions/', body, key('a'))
    const again = await widget.ask('POST', '/api/v1/sessions/', body, key('a'))
    expect(again.status).toBe(201)
    expect(again.body).toEqual(first.body)
    const fresh = await widget.ask('POST', '/api/v1/sessions/', body, key('b'))
    expect(data(fresh)['id']).not.toBe(data(first)['id'])
  })

  it('gives a message’s answer again, a minute later too', async () => {
    gate.let()
    const first = await widget.message(session['id'], 'How?', key('c'))
    await appliance.database.db
      .updateTable('message')
      .set({ created_at: '2020-01-01T00:00:00.000Z' })
      .execute()
    const again = await widget.message(session['id'], 'How?', key('c'))
    expect(again.body).toEqual(first.body)
    expect(await widget.messages(session['id'])).toHaveLength(2)
  })

  it('is a conflict while the first one is being answered', async () => {
    const first = widget.message(session['id'], 'How?', key('d'))
    await gate.reached
    expectRefusal(await widget.message(session['id'], 'How?', key('d')), 409)
    gate.let()
    const answered = await first
    expect((await widget.message(session['id'], 'How?', key('d'))).body).toEqual(answered.body)
  })

  it('is refused with another body under the same key', async () => {
    gate.let()
    expect((await widget.message(session['id'], 'How?', key('e'))).status).toBe(200)
    expectRefusal(await widget.message(session['id'], 'Why?', key('e')), 422)
    expect(await widget.messages(session['id'])).toHaveLength(2)
  })

  it('is heeded wherever something is created', async () => {
    const requests: [string, Fields][] = [
      ['/assistants/', { name: 'Another desk' }],
      ['/conversations/', { assistant_id: assistantId, customer_id: 'c-1' }],
      ['/contexts/', { user_reference: 'u-1', traits: {} }],
      ['/knowledge/qa/', { question: 'When?', answer: 'Now.' }],
      ['/knowledge/urls/', { url: 'https://example.com/help', title: 'Help' }],
      ['/widget-configs/', { name: 'Shop' }],
    ]
    for (const [path, body] of requests) {
      const first = await appliance.call('POST', path, body, key(path))
      const again = await appliance.call('POST', path, body, key(path))
      expect(first.status, path).toBeLessThan(300)
      expect({ status: again.status, body: again.body }, path).toEqual({
        status: first.status,
        body: first.body,
      })
      expectRefusal(await appliance.call('POST', path, { ...body, other: 1 }, key(path)), 422)
    }
  })

  it('sends no message twice when two arrive at once', async () => {
    const both = [1, 2].map(() => widget.ask('POST', path(), messageBody('How?'), key('f')))
    await gate.reached
    gate.let()
    const statuses = (await Promise.all(both)).map(({ status }) => status).sort()
    expect([
      [200, 200],
      [200, 409],
    ]).toContainEqual(statuses)
    expect(await widget.messages(session['id'])).toHaveLength(2)
  })

  const path = () => `/api/v1/sessions/${String(session['id'])}/messages`
})
