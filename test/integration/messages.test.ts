import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startAppliance, type Appliance } from '../helpers/appliance.js'
import { data, frames, send } from '../helpers/http.js'
import { scriptedChat } from '../helpers/scripted-chat.js'
import { evidence, scriptedRetriever } from '../helpers/scripted-retriever.js'

let appliance: Appliance
let retriever: ReturnType<typeof scriptedRetriever>

afterEach(() => appliance.stop())

async function openSession(assistant: Record<string, unknown> = {}): Promise<string> {
  const made = await appliance.call('POST', '/assistants/', { name: 'Desk', ...assistant })
  const session = await appliance.call('POST', '/sessions/', { assistant_id: data(made)['id'] })
  return String(data(session)['id'])
}

function ask(session: string, content: string, headers: Record<string, string> = {}) {
  return appliance.call('POST', `/sessions/${session}/messages`, { content }, headers)
}

async function stored(session: string): Promise<Record<string, unknown>[]> {
  return data(await appliance.call('GET', `/sessions/${session}/messages`))['messages'] as Record<
    string,
    unknown
  >[]
}

/** A minute before the given end: still to come, but nearer. */
function nearly(end: string): string {
  return new Date(Date.parse(end) - 60_000).toISOString()
}

describe('a message', () => {
  beforeEach(async () => {
    retriever = scriptedRetriever()
    appliance = await startAppliance({ engines: { retriever } })
  })

  it('is answered with literal, cited words, and both are kept', async () => {
    const session = await openSession()
    const answer = data(await ask(session, 'How do I reset the printer?'))
    expect(answer['session_id']).toBe(session)
    const reply = answer['assistant_message'] as Record<string, unknown>
    expect(reply['content']).toBe('The printer resets when you hold the green button.')
    expect(reply['metadata']).toMatchObject({
      answer_mode: 'quote',
      assistant_unsure: false,
      citation_validation_passed: true,
    })
    expect(reply['sources']).toMatchObject([
      { type: 'knowledge_base', title: 'Printer manual', page: 4, start_offset: 100, end_offset: 150 },
    ])
    expect(await stored(session)).toEqual([answer['user_message'], reply])
  })

  it('is streamed when asked for: sources, tokens, and the same answer at the end', async () => {
    const session = await openSession()
    const answer = await ask(session, 'How?', { accept: 'text/event-stream' })
    expect(answer.headers.get('content-type')).toContain('text/event-stream')
    const seen = frames(String(answer.body))
    expect(seen.map((frame) => frame['type'])).toEqual(['sources', 'token', 'done'])
    const done = seen.at(-1)?.['data'] as Record<string, unknown>
    expect(done['assistant_message']).toEqual((await stored(session))[1])
  })

  it('sent again within a minute joins the first answer', async () => {
    const session = await openSession()
    const first = data(await ask(session, 'How?'))
    const again = data(await ask(session, 'How?'))
    expect(again['assistant_message']).toEqual(first['assistant_message'])
    expect(await stored(session)).toHaveLength(2)
    expect(retriever.asked).toEqual(['How?'])
    const streamed = frames(String((await ask(session, 'How?', { accept: 'text/event-stream' })).body))
    expect(streamed.map((frame) => frame['type'])).toEqual(['sources', 'token', 'done'])
  })

  it('with skip_ai_response is kept without a reply', async () => {
    const session = await openSession()
    const answer = await appliance.call('POST', `/sessions/${session}/messages`, {
      content: 'note',
      skip_ai_response: true,
    })
    expect(data(answer)['assistant_message']).toBeNull()
    expect(await stored(session)).toHaveLength(1)
  })

  it('asked again with a reply wanted is answered, though it was kept without one before', async () => {
    const session = await openSession()
    await appliance.call('POST', `/sessions/${session}/messages`, { content: 'How?', skip_ai_response: true })
    expect(data(await ask(session, 'How?'))['assistant_message']).not.toBeNull()
  })

  it('pushes the end of its session forward', async () => {
    const session = await openSession()
    const before = data(await appliance.call('GET', `/sessions/${session}`))['expires_at'] as string
    await appliance.database.db
      .updateTable('session')
      .set({ expires_at: nearly(before) })
      .execute()
    const after = data(await ask(session, 'How?'))['expires_at'] as string
    expect(after >= before).toBe(true)
    expect(data(await appliance.call('GET', `/sessions/${session}`))['expires_at']).toBe(after)
  })

  it('to an expired session is refused with 410', async () => {
    const session = await openSession()
    await appliance.database.db
      .updateTable('session')
      .set({ expires_at: '2020-01-01T00:00:00.000Z' })
      .execute()
    const answer = await ask(session, 'How?')
    expect(answer).toMatchObject({
      status: 410,
      body: { code: 'session_expired', status: 'error', data: null },
    })
  })

  it('to an inactive assistant is refused with 403', async () => {
    const made = await appliance.call('POST', '/assistants/', { name: 'Desk' })
    const id = String(data(made)['id'])
    const session = String(data(await appliance.call('POST', '/sessions/', { assistant_id: id }))['id'])
    await appliance.call('PATCH', `/assistants/${id}`, { is_active: false })
    expect(await ask(session, 'How?')).toMatchObject({ status: 403, body: { code: 'assistant_inactive' } })
    expect(await appliance.call('POST', '/sessions', { assistant_id: id })).toMatchObject({ status: 403 })
  })

  it('that only greets is answered without searching', async () => {
    const session = await openSession()
    const reply = data(await ask(session, 'Bonjour !'))['assistant_message'] as Record<string, unknown>
    expect(reply['content']).toContain('Bonjour')
    expect(reply).toMatchObject({ sources: [], metadata: { answer_mode: 'smalltalk' } })
    expect(retriever.asked).toEqual([])
  })
})

describe('a reply', () => {
  it('declines in the visitor’s language when the evidence is weak', async () => {
    const weak = scriptedRetriever({ evidence: () => evidence({ language: 'fr', confidence: 0.2 }) })
    appliance = await startAppliance({ engines: { retriever: weak } })
    const session = await openSession({ handoff_message: 'Appelez le 0123.' })
    const reply = data(await ask(session, 'Quel temps fait-il ?'))['assistant_message'] as Record<
      string,
      unknown
    >
    expect(reply['content']).toMatch(/^Je ne sais pas.*Appelez le 0123\.$/)
    expect(reply).toMatchObject({
      sources: [],
      metadata: { answer_mode: 'declined', assistant_unsure: true },
    })
  })

  it('is the stored answer, word for word, when a Q&A pair asks the same', async () => {
    const match = {
      sourceId: '33333333-3333-4333-8333-333333333333',
      passageId: '44444444-4444-4444-8444-444444444444',
      question: 'When are you open?',
      answer: 'From 9 to 5.\n\nNot on **Sundays**.',
      score: 0.97,
      margin: 0.4,
    }
    appliance = await startAppliance({
      engines: { retriever: scriptedRetriever({ evidence: () => evidence({ match }) }) },
    })
    const reply = data(await ask(await openSession(), 'When do you open?'))['assistant_message'] as Record<
      string,
      unknown
    >
    expect(reply['content']).toBe(match.answer)
    expect(reply).toMatchObject({
      metadata: { answer_mode: 'verbatim' },
      sources: [{ type: 'knowledge_qa', title: match.question }],
    })
  })

  it('is the model’s text for an assistant that composes, with its usage', async () => {
    const chat = scriptedChat(['Hold it ', 'for five seconds.'])
    appliance = await startAppliance({ engines: { chat } })
    const session = await openSession({ answer_mode: 'compose', name: 'Vera' })
    const reply = data(await ask(session, 'How?'))['assistant_message'] as Record<string, unknown>
    expect(reply['content']).toBe('Hold it for five seconds.')
    expect(reply['metadata']).toMatchObject({
      answer_mode: 'compose',
      model: 'scripted',
      usage: { prompt_tokens: 10, cached_tokens: 4, completion_tokens: 2 },
    })
    expect(JSON.stringify(chat.prompts)).toContain('Vera')
    expect(JSON.stringify(chat.prompts)).toContain('hold the green button')
  })

  it('is quoted when the model writes nothing', async () => {
    appliance = await startAppliance({ engines: { chat: scriptedChat([' ', '\n']) } })
    const session = await openSession({ answer_mode: 'compose' })
    const reply = data(await ask(session, 'How?'))['assistant_message'] as Record<string, unknown>
    expect(reply['content']).toBe('The printer resets when you hold the green button.')
    expect(reply['metadata']).toMatchObject({
      answer_mode: 'quote',
      fallback: expect.stringContaining('nothing') as string,
    })
  })

  it('that waits for the model tells its place in the queue, and how long it waited', async () => {
    const nextTurn = () => new Promise((resolve) => setTimeout(resolve, 20))
    const chat = scriptedChat(['It then beeps.'], undefined, async ({ onQueued }) => {
      onQueued?.(2, 9000.4)
      await nextTurn()
      onQueued?.(1, 4000)
      await nextTurn()
    })
    appliance = await startAppliance({ engines: { chat } })
    const session = await openSession({ answer_mode: 'compose' })
    const seen = frames(String((await ask(session, 'How?', { accept: 'text/event-stream' })).body))
    expect(seen.slice(0, 2)).toEqual([
      { type: 'queue', position: 2, eta_ms: 9000 },
      { type: 'queue', position: 1, eta_ms: 4000 },
    ])
    expect(seen.slice(2).map((frame) => frame['type'])).toEqual(['sources', 'token', 'done'])
    const [, reply] = await stored(session)
    const { timings } = reply?.['metadata'] as { timings: Record<string, number> }
    expect(timings['queue_ms']).toBeGreaterThanOrEqual(30)
  })

  it('is quoted where the instructions leave the model no room', async () => {
    appliance = await startAppliance()
    const session = await openSession({ answer_mode: 'compose', instructions: 'Be brief. '.repeat(790) })
    const reply = data(await ask(session, 'How?'))['assistant_message'] as Record<string, unknown>
    expect(reply['metadata']).toMatchObject({ answer_mode: 'quote', fallback: expect.any(String) as string })
  })

  it('that fails is told in the stream, and leaves no half of a pair', async () => {
    const chat = scriptedChat(['Hold it for five seconds. It ', 'then'], (index) =>
      index === 1 ? Promise.reject(new Error('secret path')) : Promise.resolve(),
    )
    appliance = await startAppliance({ engines: { chat } })
    const session = await openSession({ answer_mode: 'compose' })
    const seen = frames(String((await ask(session, 'How?', { accept: 'text/event-stream' })).body))
    expect(seen.map((frame) => frame['type'])).toEqual(['sources', 'token', 'error'])
    expect(JSON.stringify(seen.at(-1))).not.toContain('secret')
    expect(await stored(session)).toEqual([])
    expect((await ask(session, 'How?')).status).toBe(500)
  })

  it('goes on when a JSON client leaves, and is found afterwards', async () => {
    let release: () => void = () => undefined
    const gate = new Promise<void>((resolve) => (release = resolve))
    const chat = scriptedChat(['It then beeps.'], () => gate)
    appliance = await startAppliance({ engines: { chat } })
    const session = await openSession({ answer_mode: 'compose' })
    const leaving = new AbortController()
    const sent = send(`${appliance.origin}/api/v1/sessions/${session}/messages`, {
      method: 'POST',
      headers: appliance.keys,
      body: { content: 'How?' },
      signal: leaving.signal,
    }).catch(() => 'left')
    while (chat.prompts.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    leaving.abort()
    expect(await sent).toBe('left')
    const joined = ask(session, 'How?')
    release()
    expect(data(await joined)['assistant_message']).toMatchObject({ content: 'It then beeps.' })
    expect(chat.prompts).toHaveLength(1)
    expect(await stored(session)).toHaveLength(2)
  })
})

describe('while search is loading', () => {
  const loading = (ready: () => Promise<void>) => ({ ...scriptedRetriever(), ready })
  const later = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

  it('a message waits for it, and is answered', async () => {
    appliance = await startAppliance({ engines: { retriever: loading(() => later(300)) } })
    expect((await ask(await openSession(), 'How?')).status).toBe(200)
  })

  it('a message is refused when it does not come in time, and told when to try again', async () => {
    const never = new Promise<void>(() => undefined)
    appliance = await startAppliance({ engines: { retriever: loading(() => never) } })
    const session = await openSession()
    const [json, streamed] = await Promise.all([
      ask(session, 'How?'),
      ask(session, 'How?', { accept: 'text/event-stream' }),
    ])
    for (const answer of [json, streamed]) {
      expect(answer).toMatchObject({
        status: 503,
        body: { code: 'not_ready', detail: expect.stringContaining('still loading') as string },
      })
      expect(answer.headers.get('retry-after')).toBe('5')
    }
    expect(await stored(session)).toEqual([])
  })

  it('a message is refused at once when it cannot be loaded', async () => {
    const failing = () => Promise.reject(new Error('no such file: /secret/place'))
    appliance = await startAppliance({ engines: { retriever: loading(failing) } })
    const answer = await ask(await openSession(), 'How?')
    expect(answer).toMatchObject({ status: 503, body: { code: 'not_ready' } })
    expect(JSON.stringify(answer.body)).not.toContain('secret')
  })
})

describe('two messages at once', () => {
  it('in one session are both answered, whole and in order', async () => {
    const asked: string[] = []
    const slowFirst = scriptedRetriever({
      evidence: async (question) => {
        asked.push(question)
        if (question === 'First?') await new Promise((resolve) => setTimeout(resolve, 200))
        return evidence()
      },
    })
    appliance = await startAppliance({ engines: { retriever: slowFirst } })
    const session = await openSession()
    const first = ask(session, 'First?')
    while (asked.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    const answers = await Promise.all([first, ask(session, 'Second?'), ask(session, 'Second?')])
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
    const messages = await stored(session)
    expect(messages.map(({ sender }) => sender)).toEqual(['user', 'assistant', 'user', 'assistant'])
    expect(messages.map(({ content }) => content).filter((content) => String(content).endsWith('?'))).toEqual(
      ['First?', 'Second?'],
    )
    const times = messages.map((message) => String(message['created_at']))
    expect(times).toEqual([...times].sort())
    expect(asked).toEqual(['First?', 'Second?'])
  })
})

describe('a reply whose place is gone when it is done', () => {
  const ends: [string, string, (session: string) => Promise<unknown>][] = [
    [
      'session_expired',
      'the session has expired',
      (id) =>
        appliance.database.db
          .updateTable('session')
          .set({ expires_at: '2020-01-01T00:00:00.000Z' })
          .where('id', '=', id)
          .execute(),
    ],
    [
      'not_found',
      'the session is deleted',
      (id) => appliance.database.db.deleteFrom('session').where('id', '=', id).execute(),
    ],
    [
      'not_found',
      'the conversation is deleted',
      () => appliance.database.db.deleteFrom('conversation').execute(),
    ],
    [
      'conflict',
      'the conversation is closed',
      () => appliance.database.db.updateTable('conversation').set({ status: 'closed' }).execute(),
    ],
  ]

  it.each(ends)('fails with %s where %s, and nothing is kept', async (code, _why, end) => {
    let release: () => void = () => undefined
    const gate = new Promise<void>((resolve) => (release = resolve))
    const chat = scriptedChat(['It then beeps.'], () => gate)
    appliance = await startAppliance({ engines: { chat } })
    const session = await openSession({ answer_mode: 'compose' })
    const streamed = ask(session, 'How?', { accept: 'text/event-stream' })
    while (chat.prompts.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    await end(session)
    release()
    const seen = frames(String((await streamed).body))
    expect(seen.at(-1)).toMatchObject({ type: 'error', code })
    expect(await appliance.database.db.selectFrom('message').select('id').execute()).toEqual([])
  })
})

describe('a long JSON answer', () => {
  it('sends its headers before it is done, and is JSON all the same', async () => {
    let release: () => void = () => undefined
    const gate = new Promise<void>((resolve) => (release = resolve))
    appliance = await startAppliance({ engines: { chat: scriptedChat(['It then beeps.'], () => gate) } })
    const session = await openSession({ answer_mode: 'compose' })
    const response = await fetch(`${appliance.origin}/api/v1/sessions/${session}/messages`, {
      method: 'POST',
      headers: { ...appliance.keys, 'content-type': 'application/json' },
      body: JSON.stringify({ content: 'How?' }),
    })
    expect(response.headers.get('content-type')).toContain('application/json')
    release()
    expect(await response.json()).toMatchObject({
      data: { assistant_message: { content: 'It then beeps.' } },
    })
  })
})
