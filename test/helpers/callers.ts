import { createHash } from 'node:crypto'
import type { Appliance } from './appliance.js'
import { send } from './http.js'

const AT = '2026-01-01T00:00:00.000Z'

/** The header of a widget token of this client, the appliance's first one unless named. */
export async function widgetOf(
  appliance: Appliance,
  clientId = appliance.keys['x-api-key'],
): Promise<{ authorization: string }> {
  const answer = await send(`${appliance.origin}/api/v1/auth/widget-token`, {
    method: 'POST',
    body: { client_id: clientId },
  })
  return { authorization: `Bearer ${(answer.body as { token: string }).token}` }
}

/** The headers of another client's keys: of the first client's organization, or of a new one when it is named. */
export async function otherKeys(
  appliance: Appliance,
  id: string,
  { organization, assistantIds = [] }: { organization?: string; assistantIds?: string[] } = {},
) {
  const { db } = appliance.database
  if (organization !== undefined)
    await db
      .insertInto('organization')
      .values({ id: organization, name: organization, requests_per_hour: null, created_at: AT })
      .execute()
  const own = await db.selectFrom('client').select('org_id').executeTakeFirstOrThrow()
  const secret = `the-secret-of-${id}`
  await db
    .insertInto('client')
    .values({
      id,
      org_id: organization ?? own.org_id,
      name: id,
      secret_hash: createHash('sha256').update(secret).digest('hex'),
      allowed_origins: '[]',
      assistant_ids: JSON.stringify(assistantIds),
      created_at: AT,
    })
    .execute()
  return { 'x-api-key': id, 'x-api-secret': secret }
}
