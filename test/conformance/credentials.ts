import { createHash } from 'node:crypto'
import { join } from 'node:path'
import jwt from 'jsonwebtoken'
import { expect } from 'vitest'
import { loadSigningKey } from '#src/domain/auth/signing-key.js'
import type { Appliance } from '../helpers/appliance.js'
import { send } from '../helpers/http.js'

/** What a request can show of who sends it. */
export type CredentialKind =
  | 'nothing'
  | 'keys'
  | 'keys narrowed to an assistant'
  | 'keys narrowed to a scope'
  | 'widget token'
  | 'narrowed widget token'
  | 'operator'
  | 'expired token'
  | 'forged token'
  | 'half a key'

export type Credentials = Record<CredentialKind, Record<string, string>>

/** Those that let nobody in. */
export const WORTHLESS: CredentialKind[] = ['nothing', 'expired token', 'forged token', 'half a key']
/** Those that are public, because every visitor of a web site has them. */
export const PUBLIC: CredentialKind[] = ['widget token', 'narrowed widget token']

const AT = '2026-01-01T00:00:00.000Z'

/** Makes an organization with a client of its own, and gives the client's keys. */
export async function foundOrganization(appliance: Appliance, id: string): Promise<Record<string, string>> {
  await appliance.database.db
    .insertInto('organization')
    .values({ id, name: id, requests_per_hour: null, created_at: AT })
    .execute()
  return addClient(appliance, { id: `client-${id}`, orgId: id })
}

/** Adds a client to an organization, the first one unless named. */
async function addClient(
  appliance: Appliance,
  given: { id: string; orgId?: string; assistantIds?: string[]; scopes?: string[] },
): Promise<Record<string, string>> {
  const { db } = appliance.database
  const first = await db
    .selectFrom('client')
    .select('org_id')
    .where('id', '=', appliance.keys['x-api-key'])
    .executeTakeFirstOrThrow()
  const secret = `a-secret-of-${given.id}`
  await db
    .insertInto('client')
    .values({
      id: given.id,
      org_id: given.orgId ?? first.org_id,
      name: given.id,
      secret_hash: createHash('sha256').update(secret).digest('hex'),
      allowed_origins: '[]',
      assistant_ids: JSON.stringify(given.assistantIds ?? []),
      scopes: JSON.stringify(given.scopes ?? ['*']),
      created_at: AT,
    })
    .execute()
  return { 'x-api-key': given.id, 'x-api-secret': secret }
}

/** One of every kind, of the appliance's first organization. */
export async function everyCredential(appliance: Appliance, assistantId: string): Promise<Credentials> {
  const clientId = appliance.keys['x-api-key']
  const narrowed = await addClient(appliance, { id: 'narrowed', assistantIds: [assistantId] })
  const key = loadSigningKey(join(appliance.dir, 'signing.key'))
  return {
    nothing: {},
    keys: appliance.keys,
    'keys narrowed to an assistant': narrowed,
    'keys narrowed to a scope': await addClient(appliance, { id: 'reader', scopes: ['conversations:read'] }),
    'widget token': await tokenOf(appliance, clientId),
    'narrowed widget token': await tokenOf(appliance, 'narrowed'),
    operator: await operatorOf(appliance),
    'expired token': bearer(signed(key, clientId, -60)),
    'forged token': bearer(signed(Buffer.from('a key of somebody else’s'), clientId, 600)),
    'half a key': { 'x-api-key': clientId },
  }
}

/** The same token that has not expired is let in: what refuses the other one is its time. */
export function stillGoodToken(appliance: Appliance): Record<string, string> {
  const key = loadSigningKey(join(appliance.dir, 'signing.key'))
  return bearer(signed(key, appliance.keys['x-api-key'], 600))
}

function signed(key: Buffer, clientId: string, seconds: number): string {
  const claims = {
    algorithm: 'HS256',
    subject: clientId,
    audience: 'guichet-widget',
    issuer: 'guichet',
  } as const
  return jwt.sign({}, key, { ...claims, jwtid: 'a-token-of-the-tests', expiresIn: seconds })
}

async function tokenOf(appliance: Appliance, clientId: string): Promise<Record<string, string>> {
  const answer = await send(`${appliance.origin}/api/v1/auth/widget-token`, {
    method: 'POST',
    body: { client_id: clientId },
  })
  expect(answer.status).toBe(200)
  return bearer((answer.body as { token: string }).token)
}

function bearer(token: string): Record<string, string> {
  return { authorization: `Bearer ${token}` }
}

async function operatorOf(appliance: Appliance): Promise<Record<string, string>> {
  const entered = await send(`${appliance.origin}/operator?token=${String(appliance.first?.operatorToken)}`)
  expect(entered.status).toBe(303)
  return { cookie: entered.headers.get('set-cookie')?.split(';')[0] ?? '', 'x-guichet-page': '1' }
}
