import { afterEach, expect, it } from 'vitest'
import { CREDENTIALS, startAppliance, type Appliance, type ApplianceOptions } from '../helpers/appliance.js'
import { data, frames } from '../helpers/http.js'
import { scriptedChat } from '../helpers/scripted-chat.js'
import { scriptedRetriever } from '../helpers/scripted-retriever.js'
import { expectFields } from './fields.js'
import { HostedWidget } from './hosted-widget.js'

const EVENTS = { accept: 'text/event-stream' }

let appliance: Appliance
afterEach(() => appliance.stop())

async function begin(engines: ApplianceOptions['engines'] = {}, assistant: Record<string, unknown> = {}) {
  appliance = await startAppliance({ engines, env: { RATE_LIMIT_PER_HOUR: '0' } })
  const made = await appliance.call('POST', '/assistants/', { name: 'Desk', ...assistant })
  const widget = await new HostedWidget(appliance.origin, CREDENTIALS.clientId).bootstrap()
  const session = await widget.openSession(data(made)['id'])
  return { widget, session, assistantId: data(made)['id'] }
}

/** The frames of a stream that holds nothing but lines of data, each followed by an empty one. */
function exactFrames(text: unknown): Record<string, unknown>[] {
  expect(String(text)).toMatch(/^(?:data: \{[^\n]*\}\n\n)+$/)
  return frames(String(text))
}

it('says a reply word by word, and all of it again at the end', async () => {
  const { widget, session } = await begin({}, { answer_mode: 'compose' })
  const answer = await widget.message(session['id'], 'How?', EVENTS)
  expect(answer.status).toBe(200)
  expect(answer.headers.get('content-type')).toMatch(/^text\/event-stream/)
  expect(answer.headers.get('cache-control')).toMatch(/no-cache|no-store/)
  const seen = exactFrames(answer.body)
  const known = seen.filter(({ type }) => ['token', 'done', 'error'].includes(String(type)))
  expect(known.at(-1)).toMatchObject({ type: 'done' })
  const words = known.slice(0, -1)
  expect(words.length).toBeGreaterThan(1)
  for (const frame of words) {
    expect(Object.keys(frame).sort()).toEqual(['text', 'type'])
    expect(frame['type']).toBe('token')
  }
  const done = known.at(-1)?.['data'] as Record<string, unknown>
  expectFields(done, 'exchange')
  expect(words.map(({ text }) => text).join('')).toBe(
    (done['assistant_message'] as Record<string, unknown>)['content'],
  )
  expect(await widget.messages(session['id'])).toEqual([done['user_message'], done['assistant_message']])
})

it('adds only frames that older readers leave out', async () => {
  const { widget, session } = await begin()
  const seen = exactFrames((await widget.message(session['id'], 'How?', EVENTS)).body)
  const types = seen.map(({ type }) => String(type))
  expect(types.filter((type) => !['queue', 'sources', 'token', 'done'].includes(type))).toEqual([])
  const sources = seen.find(({ type }) => type === 'sources')
  expect(Object.keys(sources ?? {}).sort()).toEqual(['sources', 'type'])
})

it('says a reply in a conversation with what the JSON answer holds', async () => {
  const { assistantId, widget } = await begin()
  const made = await widget.ask('POST', '/api/v1/conversations/', { assistant_id: assistantId })
  const path = `/api/v1/conversations/${String(data(made)['id'])}/messages`
  const answer = await widget.ask('POST', path, { content: 'How?' }, EVENTS)
  const done = exactFrames(answer.body).at(-1)
  expect(done).toMatchObject({ type: 'done' })
  const whole: unknown = done?.['data']
  expectFields(whole, 'conversationExchange')
  const json = await widget.ask('POST', path, { content: 'How?' })
  expect(data(json)).toEqual(whole)
})

it('ends with an error, without done, when the reply fails', async () => {
  const retriever = scriptedRetriever({ evidence: () => Promise.reject(new Error('a secret of the inside')) })
  const { widget, session } = await begin({ retriever })
  const answer = await widget.message(session['id'], 'How?', EVENTS)
  const seen = exactFrames(answer.body)
  expect(seen.map(({ type }) => type)).toEqual(['error'])
  expect(seen[0]).toMatchObject({ detail: expect.stringMatching(/\S/) as string })
  expect(String(answer.body)).not.toContain('a secret of the inside')
  expect(await widget.messages(session['id'])).toEqual([])
})

it('refuses in the envelope what it cannot begin', async () => {
  const { widget, session } = await begin()
  const answer = await widget.ask(
    'POST',
    `/api/v1/sessions/${String(session['id'])}/messages`,
    { content: '' },
    EVENTS,
  )
  expect(answer.status).toBe(422)
  expectFields(answer.body, 'failure')
})

it('stops a reply some seconds after its only reader has left', async () => {
  let stopped: (() => void) | undefined
  let begun: (() => void) | undefined
  const stop = new Promise<void>((resolve) => (stopped = resolve))
  const beginning = new Promise<void>((resolve) => (begun = resolve))
  const chat = scriptedChat(['One ', 'two.'], (_index, signal) => {
    begun?.()
    return new Promise((_resolve, reject) => {
      signal?.addEventListener('abort', () => {
        stopped?.()
        reject(new DOMException('stopped', 'AbortError'))
      })
    })
  })
  const { widget, session } = await begin({ chat }, { answer_mode: 'compose' })
  const leaving = new AbortController()
  const sending = widget.message(session['id'], 'How?', EVENTS, leaving.signal).catch(() => 'left')
  await beginning
  leaving.abort()
  expect(await sending).toBe('left')
  await stop
  expect(await widget.messages(session['id'])).toEqual([])
})
