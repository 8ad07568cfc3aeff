import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { ApiError, Guichet } from 'guichet/client'
import { CREDENTIALS, startAppliance, type Appliance } from '../helpers/appliance.js'
import { startLetterAppliance } from '../helpers/letter-appliance.js'

let appliance: Appliance
let server: Guichet
let browser: Guichet
let assistantId: string

beforeAll(async () => {
  appliance = await startAppliance()
  server = new Guichet({ baseUrl: appliance.origin, credentials: CREDENTIALS })
  browser = new Guichet({ baseUrl: `${appliance.origin}/`, credentials: { clientId: CREDENTIALS.clientId } })
  assistantId = (await server.assistants.create({ name: 'Support' })).id
})
afterAll(() => appliance.stop())

describe('against an appliance', () => {
  it('is typed by the declarations and speaks with keys', async () => {
    const { assistants, total } = await server.assistants.list({ limit: 200 })
    expect(assistants.map(({ id }) => id)).toContain(assistantId)
    expect(total).toBe(assistants.length)
    expect((await server.assistants.update(assistantId, { tone: 'friendly' })).tone).toBe('friendly')
  })

  it('gets widget tokens by itself', async () => {
    const session = await browser.sessions.create(
      { assistant_id: assistantId },
      { sessionSecret: 'of this tab' },
    )
    const signed = await browser.sessions.send(
      session.id,
      { content: 'Reset?' },
      { sessionSecret: 'of this tab' },
    )
    expect(signed.assistant_message?.content).toContain('green button')
    await expect(browser.sessions.get(session.id)).rejects.toMatchObject({ status: 403, code: 'forbidden' })
  })

  it('streams a reply frame by frame, with both messages last', async () => {
    const { id } = await browser.sessions.create({ assistant_id: assistantId })
    const types: string[] = []
    let text = ''
    for await (const frame of await browser.sessions.stream(id, { content: 'How do I reset it?' })) {
      types.push(frame.type)
      if (frame.type === 'token') text += frame.text
      if (frame.type === 'done') expect(frame.data.assistant_message?.content).toBe(text)
    }
    expect(types.at(0)).toBe('sources')
    expect(types.at(-1)).toBe('done')
  })

  it('tells refusals apart by class, code and fields', async () => {
    const refused = server.assistants.create({ name: '' })
    await expect(refused).rejects.toBeInstanceOf(ApiError)
    await expect(refused).rejects.toMatchObject({
      status: 422,
      code: 'invalid_input',
      fields: [{ path: 'name', message: 'must not be empty.' }],
    })
    const unknown = browser.sessions.stream('99999999-9999-4999-8999-999999999999', { content: 'Hello' })
    await expect(unknown).rejects.toMatchObject({ status: 404, code: 'not_found' })
  })

  it('streams a conversation with a customer it was told of', async () => {
    const told = { user_reference: 'customer-7', traits: { name: 'Alice' } }
    const context = await server.contexts.upsert(told)
    const more = { user_reference: 'customer-7', traits: { subscription_tier: 'premium' } }
    expect(await server.contexts.upsert(more)).toMatchObject({
      id: context.id,
      traits: { name: 'Alice', subscription_tier: 'premium' },
    })
    expect((await server.contexts.get('customer-7')).id).toBe(context.id)
    const about = { assistant_id: assistantId, customer_id: 'customer-7' }
    const { id } = await server.conversations.create(about)
    const said: string[] = []
    for await (const frame of await server.conversations.stream(id, { content: 'How do I reset it?' })) {
      if (frame.type === 'token') said.push(frame.text)
      if (frame.type === 'done') expect(frame.data.content).toBe(said.join(''))
    }
    expect(said.join('')).toContain('Alice')
    const { conversations } = await server.conversations.list({ customer_id: 'customer-7' })
    expect(conversations.map((one) => one.id)).toEqual([id])
    const reply = (await server.conversations.messages(id)).messages.at(-1)
    await server.messages.feedback.give(reply?.id ?? '', { feedback_type: 'thumbs_up' })
    expect((await server.feedback.list({ limit: 1 })).feedback[0]?.message_id).toBe(reply?.id)
  })

  it('gives a transcript as an object or as a text', async () => {
    const { id } = await server.sessions.create({ assistant_id: assistantId })
    await server.sessions.send(id, { content: 'Green or red?' })
    expect((await server.sessions.transcript(id)).messages[0]?.content).toBe('Green or red?')
    const text: string = await server.sessions.transcript(id, { format: 'text' })
    expect(text).toContain('    Green or red?\n')
    expect(await server.sessions.transcript(id, { format: 'html' })).toMatch(/^<!doctype html>/i)
    await server.sessions.eraseTranscript(id)
    await expect(server.sessions.get(id)).rejects.toMatchObject({ status: 404 })
  })

  it('makes keys, gives them other secrets and takes them away', async () => {
    const made = await server.keys.create({ name: 'Shop', scopes: ['assistants:read'] })
    const list = (clientSecret: string) => {
      const credentials = { clientId: made.client_id, clientSecret }
      return new Guichet({ baseUrl: appliance.origin, credentials }).assistants.list()
    }
    expect((await list(made.client_secret)).total).toBeGreaterThan(0)
    const rotated = await server.keys.rotate(made.client_id, { grace_seconds: 0 })
    await expect(list(made.client_secret)).rejects.toMatchObject({ status: 401 })
    expect((await list(rotated.client_secret)).total).toBeGreaterThan(0)
    expect(await server.keys.delete(made.client_id)).toBeNull()
    await expect(list(rotated.client_secret)).rejects.toMatchObject({ status: 401 })
  })

  it('shows a widget how it is to look, and takes its reports', async () => {
    const given = { name: 'Shop', assistant_id: assistantId, primary_color: '#0b5d4e' }
    const { id } = await server.widgetConfigs.create(given)
    expect(await browser.widgetConfigs.getPublic(id)).toMatchObject({ id, primary_color: '#0b5d4e' })
    expect(await browser.telemetry.report({ event_type: 'widget_opened' })).toEqual({ accepted: true })
  })

  it('reads what has no envelope, and what is no JSON', async () => {
    await server.assistants.update(assistantId, { widget_search: true })
    const { token } = await server.auth.widgetToken({ client_id: CREDENTIALS.clientId })
    const visitor = new Guichet({ baseUrl: appliance.origin, credentials: { token } })
    const asked = { assistant_id: assistantId, q: 'printer' }
    expect((await visitor.knowledge.searchWidget(asked)).hits[0]?.title).toBe('Printer manual')
    expect((await server.system.openapi({ lang: 'fr' })).openapi).toMatch(/^3\.1/)
    expect(await server.system.metrics()).toContain('# TYPE')
    expect(await server.system.live()).toEqual({ alive: true })
  })
})

describe('knowledge', () => {
  it('is watched while it is made, and found', async () => {
    const letters = await startLetterAppliance()
    onTestFinished(() => letters.stop())
    const { knowledge } = new Guichet({ baseUrl: letters.origin, credentials: CREDENTIALS })
    const events = await knowledge.events()
    const file = new Blob(['The ibex climbs the dam to lick its salt.'])
    const { id } = await knowledge.files.upload(file, 'ibex.txt')
    for await (const event of events) if (event.id === id && event.status === 'ready') break
    expect((await knowledge.files.get(id)).status).toBe('ready')
    const pair = await knowledge.qa.create({
      question: 'Where is the xylophone?',
      answer: 'In the music room.',
    })
    const { hits } = await knowledge.search({ query: 'Where is the xylophone?' })
    expect(hits[0]?.source_id).toBe(pair.id)
    const shown = await knowledge.passage(hits[0]?.passage_id ?? '')
    expect(shown.source_id).toBe(pair.id)
  })
})
