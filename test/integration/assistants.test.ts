import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startAppliance, type Appliance } from '../helpers/appliance.js'
import { data } from '../helpers/http.js'

let appliance: Appliance
beforeAll(async () => {
  appliance = await startAppliance({ env: { RATE_LIMIT_PER_HOUR: '0' } })
})
afterAll(() => appliance.stop())

async function make(fields: object): Promise<string> {
  return String(data(await appliance.call('POST', '/assistants/', fields))['id'])
}

it('replaces an assistant: what is left out gets its default again', async () => {
  const id = await make({ name: 'Old', instructions: 'rules', is_active: false, fixed_language: 'fr' })
  const replaced = await appliance.call('PUT', `/agents/${id}`, { name: 'New' })
  expect(replaced.status).toBe(200)
  expect(data(replaced)).toMatchObject({
    id,
    name: 'New',
    instructions: '',
    is_active: true,
    fixed_language: null,
    tone: 'professional',
    language: 'en',
  })
  expect(data(await appliance.call('GET', `/assistants/${id}`))['name']).toBe('New')
  expect((await appliance.call('PUT', `/assistants/${id}`, { tone: 'kind' })).status).toBe(422)
  expect((await appliance.call('PUT', `/assistants/${randomUUID()}`, { name: 'x' })).status).toBe(404)
})

it('filters and sorts the list', async () => {
  await make({ name: 'Zebra 100%', description: 'stripes' })
  await make({ name: 'apple', description: 'fruit' })
  await make({ name: 'Banana', description: 'fruit', is_active: false })
  const names = async (query: string) =>
    (data(await appliance.call('GET', `/assistants/?${query}`))['assistants'] as { name: string }[]).map(
      ({ name }) => name,
    )
  expect(await names('q=FRUIT&sort=name')).toEqual(['apple', 'Banana'])
  expect(await names('q=fruit&sort=-name')).toEqual(['Banana', 'apple'])
  expect(await names('q=fruit&is_active=true')).toEqual(['apple'])
  expect(await names('q=fruit&is_active=false')).toEqual(['Banana'])
  expect(await names('q=100%25')).toEqual(['Zebra 100%'])
  expect(await names('q=fruit&sort=-created_at')).toEqual(['Banana', 'apple'])
  expect(data(await appliance.call('GET', '/agents/?q=fruit&limit=1'))).toMatchObject({ total: 2, limit: 1 })
  expect((await appliance.call('GET', '/assistants/?sort=colour')).status).toBe(422)
  expect((await appliance.call('GET', '/assistants/?is_active=perhaps')).status).toBe(422)
})

it('deletes an assistant with all that is its own, and nothing else', async () => {
  const [id, other] = [await make({ name: 'Gone' }), await make({ name: 'Stays' })]
  const pair = async (assistant_ids?: string[]) =>
    String(
      data(
        await appliance.call('POST', '/knowledge/qa/', {
          question: randomUUID(),
          answer: 'a',
          assistant_ids,
        }),
      )['id'],
    )
  const [own, shared, open] = [await pair([id]), await pair([id, other]), await pair()]
  const session = data(await appliance.call('POST', '/sessions/', { assistant_id: id }))
  const kept = data(await appliance.call('POST', '/sessions/', { assistant_id: other }))
  await fill(String(session['conversation_id']), 1000)
  await appliance.call('POST', `/sessions/${String(kept['id'])}/messages`, {
    content: 'Hello',
    skip_ai_response: true,
  })

  expect(await appliance.call('DELETE', `/agents/${id}/`)).toMatchObject({
    status: 200,
    body: { data: null },
  })

  expect((await appliance.call('GET', `/assistants/${id}`)).status).toBe(404)
  expect((await appliance.call('DELETE', `/assistants/${id}`)).status).toBe(404)
  expect((await appliance.call('GET', `/sessions/${String(session['id'])}`)).status).toBe(404)
  expect((await appliance.call('POST', '/sessions/', { assistant_id: id })).status).toBe(404)
  const { db } = appliance.database
  const left = await db
    .selectFrom('message')
    .select('id')
    .where('conversation_id', '=', String(session['conversation_id']))
    .execute()
  expect(left).toEqual([])
  expect(data(await appliance.call('GET', `/sessions/${String(kept['id'])}/messages`))['total']).toBe(1)

  expect((await appliance.call('GET', `/knowledge/${own}`)).status).toBe(404)
  const row = await db.selectFrom('source').selectAll().where('id', '=', own).executeTakeFirstOrThrow()
  expect(row).toMatchObject({ status: 'deleting', everyone: 0 })
  const job = await db.selectFrom('job').selectAll().where('source_id', '=', own).executeTakeFirstOrThrow()
  expect(job.task).toBe('delete')
  expect(data(await appliance.call('GET', `/knowledge/${shared}`))['assistant_ids']).toEqual([other])
  expect(data(await appliance.call('GET', `/knowledge/${open}`))['assistant_ids']).toEqual([])
})

it('goes on where a removal was cut short', async () => {
  const id = await make({ name: 'Half gone' })
  const session = data(await appliance.call('POST', '/sessions/', { assistant_id: id }))
  await fill(String(session['conversation_id']), 10)
  await appliance.database.db.updateTable('assistant').set({ is_active: 0 }).where('id', '=', id).execute()
  expect((await appliance.call('DELETE', `/assistants/${id}`)).status).toBe(200)
  expect((await appliance.call('GET', `/assistants/${id}`)).status).toBe(404)
})

async function fill(conversation: string, messages: number): Promise<void> {
  const { db } = appliance.database
  const { org_id } = await db
    .selectFrom('conversation')
    .select('org_id')
    .where('id', '=', conversation)
    .executeTakeFirstOrThrow()
  const created_at = new Date().toISOString()
  const row = () => ({
    ...{ id: randomUUID(), org_id, conversation_id: conversation, sender: 'user' as const },
    ...{ content: 'text', metadata: '{}', sources: '[]', created_at },
  })
  await db
    .insertInto('message')
    .values(Array.from({ length: messages }, row))
    .execute()
}
