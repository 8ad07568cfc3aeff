import { randomUUID } from 'node:crypto'
import type { Appliance } from './appliance.js'
import { data } from './http.js'

/** The first organization's id. */
export async function organizationId({ database }: Appliance): Promise<string> {
  return (await database.db.selectFrom('organization').select('id').executeTakeFirstOrThrow()).id
}

/** A new assistant's id. */
export async function newAssistant(
  appliance: Appliance,
  fields: Record<string, unknown> = {},
): Promise<string> {
  return String(data(await appliance.call('POST', '/assistants/', { name: 'Desk', ...fields }))['id'])
}

/** A conversation as it is stored; what is not given is as plain as can be. */
export async function storeConversation(
  appliance: Appliance,
  given: {
    assistantId: string
    clientId?: string
    customerId?: string | null
    contextId?: string | null
    status?: 'active' | 'closed'
  },
): Promise<string> {
  const id = randomUUID()
  const now = new Date().toISOString()
  await appliance.database.db
    .insertInto('conversation')
    .values({
      id,
      org_id: await organizationId(appliance),
      assistant_id: given.assistantId,
      client_id: given.clientId ?? appliance.keys['x-api-key'],
      customer_id: given.customerId ?? null,
      user_context_id: given.contextId ?? null,
      title: null,
      locale: null,
      status: given.status ?? 'active',
      metadata: '{}',
      created_at: now,
      updated_at: now,
    })
    .execute()
  return id
}

/** A user context as it is stored; its id. */
export async function storeContext(
  appliance: Appliance,
  reference: string,
  traits: Record<string, unknown>,
): Promise<string> {
  const id = randomUUID()
  const now = new Date().toISOString()
  await appliance.database.db
    .insertInto('user_context')
    .values({
      id,
      org_id: await organizationId(appliance),
      user_reference: reference,
      traits: JSON.stringify(traits),
      created_at: now,
      updated_at: now,
    })
    .execute()
  return id
}
