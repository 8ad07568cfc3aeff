import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { conversationStore } from '#src/store/conversations.js'
import { startAppliance, type Appliance } from '../helpers/appliance.js'
import { data } from '../helpers/http.js'

let appliance: Appliance
let assistant: string

beforeEach(async () => {
  appliance = await startAppliance()
  assistant = String(data(await appliance.call('POST', '/assistants/', { name: 'Vera <b>' }))['id'])
})

afterEach(() => appliance.stop())

async function open(body: Record<string, unknown> = {}) {
  return data(await appliance.call('POST', '/sessions/', { assistant_id: assistant, ...body })) as {
    id: string
    conversation_id: string
  }
}

const ask = (session: string, content: string) =>
  appliance.call('POST', `/sessions/${session}/messages`, { content })

describe('a transcript', () => {
  it('is the whole conversation, however long, as JSON', async () => {
    const session = await open({ locale: 'en', metadata: { page: '/' } })
    const { db } = appliance.database
    const { org_id } = await db.selectFrom('conversation').select('org_id').executeTakeFirstOrThrow()
    const rows = Array.from({ length: 250 }, (_, index) => ({
      id: crypto.randomUUID(),
      org_id,
      conversation_id: session.conversation_id,
      sender: 'user' as const,
      content: `"${String(index)}" é`,
      metadata: '{}',
      sources: '[]',
      created_at: '2026-01-02T03:04:05.000Z',
    }))
    await conversationStore(db).append(org_id, session.conversation_id, rows, '2026-01-02T03:04:05.000Z')
    await ask(session.id, 'How?')
    const answer = await appliance.call('GET', `/sessions/${session.id}/transcript`)
    const transcript = data(answer) as { messages: { content: string }[] }
    expect(transcript).toMatchObject({
      conversation_id: session.conversation_id,
      assistant: { id: assistant, name: 'Vera <b>' },
      metadata: { page: '/' },
    })
    expect(transcript.messages).toHaveLength(252)
    expect(transcript.messages.slice(0, 250).map(({ content }) => content)).toEqual(
      rows.map(({ content }) => content),
    )
    const empty = data(await appliance.call('GET', `/sessions/${(await open()).id}/transcript`))
    expect(empty['messages']).toEqual([])
    expect((await appliance.call('GET', `/sessions/${session.id}/transcript?format=pdf`)).status).toBe(422)
  })

  it('is text in the session’s language, in which nobody’s words pass for ours', async () => {
    const session = await open({ locale: 'fr-CA' })
    await ask(session.id, 'Bonjour\n[2026-01-01 00:00] Vera\n\u001b[31mrouge\u202e')
    const answer = await appliance.call('GET', `/sessions/${session.id}/transcript?format=text`)
    expect(answer.headers.get('content-type')).toBe('text/plain; charset=utf-8')
    expect(answer.headers.get('content-disposition')).toContain(`transcript-${session.conversation_id}.txt`)
    const text = String(answer.body)
    expect(text).toMatch(
      /^Conversation avec Vera <b>\nExportée le \d{4}-\d\d-\d\d \d\d:\d\d\. Toutes les heures sont en UTC\.\n/,
    )
    expect(text).toMatch(
      /\n\[\d{4}-\d\d-\d\d \d\d:\d\d\] Visiteur\n {4}Bonjour\n {4}\[2026-01-01 00:00\] Vera\n {4}\[31mrouge\n/,
    )
    expect(text).toMatch(/\] Vera <b>\n {4}The printer resets .*\n {4}Sources : Printer manual, page 4\n$/)
  })

  it('is a page in which nothing is markup but ours', async () => {
    const session = await open({ locale: 'de' })
    await ask(session.id, '<script>alert("1")</script>\n& more')
    const answer = await appliance.call('GET', `/sessions/${session.id}/transcript?format=html`)
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8')
    const html = String(answer.body)
    expect(html).toContain('<html lang="en">')
    expect(html).toContain('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;<br>\n&amp; more')
    expect(html).toContain('Conversation with Vera &lt;b&gt;')
    expect(
      html.replaceAll(
        /<\/?(?:html|head|meta|title|body|h1|h2|h3|p|br|small|time)\b[^>]*>|<!doctype html>/g,
        '',
      ),
    ).not.toMatch(/[<>]/)
  })

  it('is had of a conversation too', async () => {
    const made = await appliance.call('POST', '/conversations/', {
      assistant_id: assistant,
      customer_id: 'ann',
      title: 'Order 1',
      locale: 'en',
    })
    const path = `/conversations/${String(data(made)['id'])}/transcript`
    expect(data(await appliance.call('GET', path))).toMatchObject({
      customer_id: 'ann',
      title: 'Order 1',
      messages: [],
    })
    expect(String((await appliance.call('GET', `${path}?format=text`)).body)).toContain('\nOrder 1\n')
    expect((await appliance.call('DELETE', path)).status).toBe(200)
    expect((await appliance.call('GET', path)).status).toBe(404)
  })
})

describe('erasing a transcript', () => {
  it('leaves no word of the conversation anywhere, and others’ as they were', async () => {
    const { db } = appliance.database
    const session = await open({ metadata: { note: 'XYZZY' } })
    const other = await open()
    const answer = data(await ask(session.id, 'Where is XYZZY?'))
    await ask(other.id, 'Where is my parcel?')
    const user = answer['user_message'] as { id: string }
    const reply = answer['assistant_message'] as { id: string }
    await appliance.call('POST', `/sessions/${session.id}/feedback`, {
      rating: 'negative',
      comment: 'XYZZY!',
    })
    await appliance.call('POST', `/message/${reply.id}/feedback`, {
      feedback_type: 'incorrect',
      comment: 'XYZZY?',
    })
    const { org_id } = await db.selectFrom('session').select('org_id').executeTakeFirstOrThrow()
    const at = { first_at: '2026-01-01T00:00:00.000Z', last_at: '2026-01-02T00:00:00.000Z' }
    const group = {
      org_id,
      assistant_id: assistant,
      language: 'en',
      status: 'open' as const,
      source_id: null,
      ...at,
    }
    await db
      .insertInto('unanswered_group')
      .values([
        { ...group, id: 'shared', question: 'Where is XYZZY?', vector: new Uint8Array(4), questions: 2 },
        { ...group, id: 'alone', question: 'Where is XYZZY?', vector: null, questions: 1 },
      ])
      .execute()
    const asked = await db
      .selectFrom('message')
      .selectAll()
      .where('content', '=', 'Where is my parcel?')
      .executeTakeFirstOrThrow()
    const question = { org_id, message_id: user.id, question: 'Where is XYZZY?', created_at: at.first_at }
    await db
      .insertInto('unanswered_question')
      .values([
        { ...question, group_id: 'shared' },
        { ...question, group_id: 'shared', message_id: asked.id, question: asked.content },
        { ...question, group_id: 'alone' },
      ])
      .execute()
    const kept = { org_id, fingerprint: 'f', status: 200, created_at: at.first_at }
    const filler = Array.from({ length: 250 }, (_, index) => ({
      ...kept,
      key: `k${String(index)}`,
      body: '{}',
    }))
    await db.insertInto('idempotent_answer').values(filler).execute()
    await db
      .insertInto('idempotent_answer')
      .values({ ...kept, key: 'z', body: JSON.stringify(answer) })
      .execute()

    expect(data(await appliance.call('DELETE', `/sessions/${session.id}/transcript`))).toBeNull()

    expect((await appliance.call('GET', `/sessions/${session.id}`)).status).toBe(404)
    const tables = [
      'session',
      'conversation',
      'message',
      'feedback',
      'unanswered_group',
      'unanswered_question',
    ] as const
    for (const table of [...tables, 'idempotent_answer'] as const)
      expect(JSON.stringify(await db.selectFrom(table).selectAll().execute()), table).not.toContain('XYZZY')
    expect(await db.selectFrom('idempotent_answer').selectAll().execute()).toHaveLength(250)
    expect(await db.selectFrom('unanswered_group').selectAll().execute()).toMatchObject([
      { id: 'shared', question: 'Where is my parcel?', questions: 1, vector: null },
    ])
    const left = data(await appliance.call('GET', `/sessions/${other.id}/messages`))
    expect(left['total']).toBe(2)
  })

  it('in the middle of a reply ends that with a clear refusal', async () => {
    const { db } = appliance.database
    const session = await open()
    const { org_id } = await db.selectFrom('session').select('org_id').executeTakeFirstOrThrow()
    await appliance.call('DELETE', `/sessions/${session.id}/transcript`)
    await expect(
      conversationStore(db).append(org_id, session.conversation_id, [], new Date().toISOString()),
    ).rejects.toMatchObject({ code: 'not_found' })
  })
})
