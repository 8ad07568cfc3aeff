import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ConversationQuery } from '#src/contract/conversations.js'
import { Assistants } from '#src/domain/assistants/assistants.js'
import type { Caller } from '#src/domain/auth/caller.js'
import { Conversations } from '#src/domain/conversations/conversations.js'
import { Erasure } from '#src/domain/conversations/erasure.js'
import { contextOf } from '#src/domain/conversations/person.js'
import { assistantStore } from '#src/store/assistants.js'
import { contextStore } from '#src/store/contexts.js'
import { conversationStore } from '#src/store/conversations.js'
import { erasureStore } from '#src/store/erasure.js'
import { startAppliance, type Appliance } from '../helpers/appliance.js'
import { otherKeys, widgetOf } from '../helpers/callers.js'
import { data, send } from '../helpers/http.js'

let appliance: Appliance
let assistant: string

beforeEach(async () => {
  appliance = await startAppliance()
  assistant = String(data(await appliance.call('POST', '/assistants/', { name: 'Desk' }))['id'])
})

afterEach(() => appliance.stop())

const begin = (body: Record<string, unknown> = {}) =>
  appliance.call('POST', '/conversations/', { assistant_id: assistant, ...body })

async function begun(body: Record<string, unknown> = {}): Promise<string> {
  return String(data(await begin(body))['id'])
}

const asWidget = async (method: string, path: string, body?: unknown, clientId?: string) =>
  send(`${appliance.origin}/api/v1${path}`, { method, headers: await widgetOf(appliance, clientId), body })

async function listed(query: string): Promise<unknown[]> {
  const answer = await appliance.call('GET', `/conversations/?${query}`)
  return (data(answer)['conversations'] as { id: string }[]).map(({ id }) => id)
}

/** Says something in a conversation, at a time of the test's choosing. */
async function say(id: string, at: string) {
  const { db } = appliance.database
  const { org_id } = await db
    .selectFrom('conversation')
    .select('org_id')
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
  const message = {
    id: crypto.randomUUID(),
    org_id,
    conversation_id: id,
    sender: 'user' as const,
    content: `said at ${at}`,
    metadata: '{}',
    sources: '[]',
    created_at: at,
  }
  await conversationStore(db).append(org_id, id, [message], at)
}

describe('a conversation', () => {
  it('is begun for a customer, as the reference shows it', async () => {
    const answer = await begin({
      customer_id: 'user-456',
      title: 'Order Support',
      locale: 'en',
      metadata: { source: 'product_page' },
      unknown: 1,
    })
    expect(answer.status).toBe(201)
    expect(data(answer)).toMatchObject({
      assistant_id: assistant,
      customer_id: 'user-456',
      title: 'Order Support',
      status: 'active',
      locale: 'en',
      customer_verified: true,
      user_context_id: null,
      metadata: { source: 'product_page' },
      message_count: 0,
      last_message_at: null,
    })
    expect(data(await appliance.call('GET', `/conversations/${String(data(answer)['id'])}`))).toEqual(
      data(answer),
    )
  })

  it('takes the context that is named by id or reference, or else the customer’s', async () => {
    const context = data(
      await appliance.call('POST', '/contexts/', { user_reference: 'user-123', traits: {} }),
    )['id']
    const contextOfNew = async (body: Record<string, unknown>) => data(await begin(body))['user_context_id']
    expect(await contextOfNew({ customer_id: 'other', user_context_id: 'user-123' })).toBe(context)
    expect(await contextOfNew({ customer_id: 'other', user_context_id: context })).toBe(context)
    expect(await contextOfNew({ customer_id: 'user-123' })).toBe(context)
    expect(await contextOfNew({ customer_id: 'other' })).toBeNull()
    const unknown = await begin({ customer_id: 'user-123', user_context_id: 'nobody' })
    expect(unknown).toMatchObject({ status: 422, body: { data: { errors: [{ path: 'user_context_id' }] } } })
    await otherKeys(appliance, 'stranger', { organization: 'elsewhere' })
    const { db } = appliance.database
    await db.updateTable('user_context').set({ org_id: 'elsewhere' }).execute()
    expect((await begin({ user_context_id: context })).status).toBe(422)
  })

  it('goes on without its context when that is deleted', async () => {
    await appliance.call('POST', '/contexts/', { user_reference: 'user-123', traits: {} })
    const id = await begun({ customer_id: 'user-123' })
    await appliance.call('DELETE', '/contexts/user-123')
    expect(data(await appliance.call('GET', `/conversations/${id}`))['user_context_id']).toBeNull()
  })

  it('is resumed when asked to: the customer’s newest active one with that assistant', async () => {
    const first = await begun({ customer_id: 'ann' })
    const second = await begun({ customer_id: 'ann' })
    await begun({ customer_id: 'bob' })
    await say(first, '2099-01-01T00:00:00.000Z')
    const resumed = await begin({ customer_id: 'ann', resume: true })
    expect(resumed).toMatchObject({ status: 200, body: { data: { id: first, message_count: 1 } } })
    await appliance.call('PATCH', `/conversations/${first}`, { status: 'closed' })
    expect(data(await begin({ customer_id: 'ann', resume: true }))['id']).toBe(second)
    expect((await begin({ customer_id: 'carl', resume: true })).status).toBe(201)
    expect((await begin({ resume: true })).status).toBe(422)
  })

  it('is changed field by field', async () => {
    const context = data(await appliance.call('POST', '/contexts/', { user_reference: 'ctx', traits: {} }))[
      'id'
    ]
    const id = await begun({ customer_id: 'ann', title: 'Old', metadata: { a: 1, b: { c: 2 } } })
    const path = `/conversations/${id}`
    const changed = data(
      await appliance.call('PATCH', path, {
        title: null,
        status: 'closed',
        locale: 'fr',
        user_context_id: 'ctx',
        metadata: { a: null, b: { d: 3 } },
      }),
    )
    expect(changed).toMatchObject({
      title: null,
      status: 'closed',
      locale: 'fr',
      user_context_id: context,
      metadata: { b: { c: 2, d: 3 } },
    })
    expect(data(await appliance.call('GET', path))).toEqual(changed)
    expect(
      data(await appliance.call('PATCH', path, { status: 'active', user_context_id: null })),
    ).toMatchObject({
      status: 'active',
      user_context_id: null,
      locale: 'fr',
    })
    for (const body of [{ status: 'open' }, { title: 7 }, { user_context_id: 'nobody' }, { metadata: [] }])
      expect((await appliance.call('PATCH', path, body)).status).toBe(422)
  })

  it('is deleted with everything in it', async () => {
    const id = await begun({ customer_id: 'ann' })
    await say(id, '2026-01-01T00:00:00.000Z')
    expect((await appliance.call('DELETE', `/conversations/${id}`)).status).toBe(200)
    for (const path of ['', '/messages', '/transcript'])
      expect((await appliance.call('GET', `/conversations/${id}${path}`)).status).toBe(404)
    expect(await appliance.database.db.selectFrom('message').selectAll().execute()).toEqual([])
  })

  it('is begun with an assistant that exists and is active', async () => {
    expect((await begin({ assistant_id: '99999999-9999-4999-8999-999999999999' })).status).toBe(404)
    expect((await begin({ assistant_id: 'x' })).status).toBe(422)
    await appliance.call('PATCH', `/assistants/${assistant}`, { is_active: false })
    expect(await begin()).toMatchObject({ status: 403, body: { code: 'assistant_inactive' } })
  })
})

describe('the list of conversations', () => {
  it('is ordered by what was said last, and narrowed by customer, assistant and status', async () => {
    const first = await begun({ customer_id: 'ann' })
    const second = await begun({ customer_id: 'ann' })
    const third = await begun({ customer_id: 'bob' })
    await say(first, '2099-01-01T00:00:00.000Z')
    await appliance.call('PATCH', `/conversations/${second}`, { status: 'closed' })
    expect(await listed('')).toEqual([first, third, second])
    expect(await listed('sort=oldest')).toEqual([second, third, first])
    expect(await listed('customer_id=ann')).toEqual([first, second])
    expect(await listed('customer_id=ann&status=active')).toEqual([first])
    expect(await listed(`agent_id=${assistant}&status=closed`)).toEqual([second])
    expect(data(await appliance.call('GET', '/conversations/?limit=1&offset=1'))).toMatchObject({
      total: 3,
      limit: 1,
      offset: 1,
      conversations: [{ id: third }],
    })
    expect((await appliance.call('GET', '/conversations/?status=open')).status).toBe(422)
  })

  it('leaves visitors’ sessions out unless they are asked for', async () => {
    const known = await begun({ customer_id: 'ann' })
    const session = data(await appliance.call('POST', '/sessions/', { assistant_id: assistant }))
    expect(await listed('')).toEqual([known])
    expect(await listed('include=sessions')).toEqual([session['conversation_id'], known])
    expect((await appliance.call('GET', '/conversations/?include=all')).status).toBe(422)
  })
})

describe('a widget token', () => {
  it('begins conversations and reaches those of its own client by id, and lists none', async () => {
    const made = await asWidget('POST', '/conversations/', { assistant_id: assistant, customer_id: 'ann' })
    expect(made.status).toBe(201)
    const path = `/conversations/${String(data(made)['id'])}`
    await otherKeys(appliance, 'second')
    for (const each of [path, `${path}/messages`, `${path}/transcript`]) {
      expect((await asWidget('GET', each)).status).toBe(200)
      expect((await asWidget('GET', each, undefined, 'second')).status).toBe(403)
    }
    expect((await asWidget('PATCH', path, { status: 'closed' }, 'second')).status).toBe(403)
    expect((await asWidget('DELETE', `${path}/transcript`, undefined, 'second')).status).toBe(403)
    expect((await asWidget('GET', '/conversations/')).status).toBe(403)
    expect((await asWidget('GET', '/conversations/?customer_id=ann')).status).toBe(403)
    expect((await asWidget('DELETE', `${path}/transcript`)).status).toBe(200)
    expect((await asWidget('GET', path)).status).toBe(404)
  })

  it('does not get past a session’s end or secret by the conversation behind it', async () => {
    const session = data(await asWidget('POST', '/sessions/', { assistant_id: assistant }))
    const path = `/conversations/${String(session['conversation_id'])}`
    expect((await asWidget('GET', `${path}/messages`)).status).toBe(403)
    await appliance.call('DELETE', `/sessions/${String(session['id'])}`)
    expect((await asWidget('GET', `${path}/messages`)).status).toBe(403)
    expect((await appliance.call('GET', `${path}/messages`)).status).toBe(200)
  })

  it('cannot learn of a person by claiming to be them', async () => {
    const context = data(await appliance.call('POST', '/contexts/', { user_reference: 'ann', traits: {} }))[
      'id'
    ]
    const begins = (body: object) => asWidget('POST', '/conversations/', { assistant_id: assistant, ...body })
    const claimed = await begins({ customer_id: 'ann' })
    expect(data(claimed)).toMatchObject({ customer_id: 'ann', user_context_id: null })
    for (const name of ['ann', 'nobody']) expect((await begins({ user_context_id: name })).status).toBe(403)
    expect(data(await begins({ user_context_id: context }))['user_context_id']).toBe(context)
    expect((await begins({ customer_id: 'ann', resume: true })).status).toBe(403)
    const id = String(data(claimed)['id'])
    expect((await asWidget('PATCH', `/conversations/${id}`, { user_context_id: 'ann' })).status).toBe(403)
    const { db } = appliance.database
    const row = await db.selectFrom('conversation').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
    expect(await contextOf(row, contextStore(db))).toBeUndefined()
    // Nor does a claim get into what the customer’s own server resumes.
    expect(data(await begin({ customer_id: 'ann', resume: true }))['id']).not.toBe(id)
  })

  it('that speaks for a customer has that customer’s conversations and context, and no others’', async () => {
    const { db } = appliance.database
    const conversations = new Conversations({
      db,
      store: conversationStore(db),
      contexts: contextStore(db),
      assistants: new Assistants(assistantStore(db)),
      erasure: new Erasure(erasureStore(db)),
    })
    const context = data(await appliance.call('POST', '/contexts/', { user_reference: 'ann', traits: {} }))[
      'id'
    ]
    const { org_id: orgId } = await db.selectFrom('assistant').select('org_id').executeTakeFirstOrThrow()
    const ann: Caller = {
      kind: 'widget',
      orgId,
      clientId: appliance.keys['x-api-key'],
      scopes: [],
      assistantIds: [],
      tokenId: 't',
      customerId: 'ann',
    }
    const earlier = await begun({ customer_id: 'ann' })
    await begun({ customer_id: 'bob' })
    await asWidget('POST', '/conversations/', { assistant_id: assistant, customer_id: 'ann' })
    const list = (query: object) => conversations.list(ann, ConversationQuery.parse(query))
    expect((await list({})).rows.map(({ id }) => id)).toEqual([earlier])
    expect((await list({ customer_id: 'ann', include: 'sessions' })).total).toBe(1)
    await expect(list({ customer_id: 'bob' })).rejects.toMatchObject({ code: 'forbidden' })
    const given = { assistant_id: assistant }
    const resumed = await conversations.create(ann, { ...given, resume: true })
    expect(resumed).toMatchObject({ isNew: false, conversation: { id: earlier } })
    const made = await conversations.create(ann, given)
    expect(made.conversation).toMatchObject({ customer_id: 'ann', user_context_id: context })
    await expect(conversations.create(ann, { ...given, customer_id: 'bob' })).rejects.toMatchObject({
      code: 'forbidden',
    })
  })
})

it('is held for narrowed keys to their assistants, and hidden from other organizations', async () => {
  const id = await begun({ customer_id: 'ann' })
  const narrowed = await otherKeys(appliance, 'narrowed', {
    assistantIds: ['99999999-9999-4999-8999-999999999999'],
  })
  const stranger = await otherKeys(appliance, 'stranger', { organization: 'elsewhere' })
  for (const headers of [narrowed, stranger]) {
    const ask = (method: string, path: string, body?: unknown) =>
      send(`${appliance.origin}/api/v1/conversations/${path}`, { method, headers, body })
    for (const path of [id, `${id}/messages`, `${id}/transcript`])
      expect((await ask('GET', path)).status).toBe(404)
    expect((await ask('PATCH', id, { title: 'Mine' })).status).toBe(404)
    for (const path of [id, `${id}/transcript`]) expect((await ask('DELETE', path)).status).toBe(404)
    expect((await ask('POST', '', { assistant_id: assistant })).status).toBe(404)
    expect(data(await ask('GET', ''))['total']).toBe(0)
  }
  expect((await appliance.call('GET', `/conversations/${id}`)).status).toBe(200)
})
