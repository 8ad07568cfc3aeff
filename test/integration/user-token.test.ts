import { createHmac } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import jwt from 'jsonwebtoken'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { CREDENTIALS, startAppliance, type Appliance } from '../helpers/appliance.js'
import { data, send } from '../helpers/http.js'

let appliance: Appliance
beforeEach(async () => {
  appliance = await startAppliance()
})
afterEach(() => appliance.stop())

const SOON = () => Math.floor(Date.now() / 1000) + 600

function signed(claims: object, secret = CREDENTIALS.clientSecret, options: jwt.SignOptions = {}): string {
  return jwt.sign(claims, secret, { algorithm: 'HS256', ...options })
}

function ask(user_token: unknown, client_id = CREDENTIALS.clientId) {
  return send(`${appliance.origin}/api/v1/auth/widget-token`, {
    method: 'POST',
    body: { client_id, user_token },
  })
}

function visit(token: string) {
  return send(`${appliance.origin}/api/v1/assistants/`, { headers: { authorization: `Bearer ${token}` } })
}

it('makes a token that speaks for the customer, until the secret that vouched is taken no more', async () => {
  const answer = await ask(signed({ sub: 'customer-7', exp: SOON() }))
  expect(answer).toMatchObject({ status: 200, body: { expires_in: 3600, token_type: 'Bearer' } })
  const { token } = answer.body as { token: string }
  expect(jwt.decode(token)).toMatchObject({ customer: 'customer-7' })
  expect((await visit(token)).status).toBe(200)
  const anonymous = (await ask(undefined)).body as { token: string }
  const rotate = (grace_seconds: number) =>
    appliance.call('POST', `/keys/${CREDENTIALS.clientId}/rotate`, { grace_seconds })

  const first = String(data(await rotate(60))['client_secret'])
  expect((await visit(token)).status).toBe(200)
  expect((await ask(signed({ sub: 'customer-7', exp: SOON() }))).status).toBe(200)
  expect((await ask(signed({ sub: 'customer-7', exp: SOON() }, first))).status).toBe(200)
  await rotate(0)
  expect((await visit(token)).status).toBe(401)
  expect((await visit(anonymous.token)).status).toBe(200)
  expect((await ask(signed({ sub: 'customer-7', exp: SOON() }, first))).status).toBe(401)
})

it.each([
  [
    'another secret',
    () => signed({ sub: 'c', exp: SOON() }, 'another-secret'),
    'signed with the client’s secret',
  ],
  ['no signature', () => signed({ sub: 'c', exp: SOON() }, '', { algorithm: 'none' }), 'HS256'],
  ['another algorithm', () => signed({ sub: 'c', exp: SOON() }, undefined, { algorithm: 'HS512' }), 'HS256'],
  ['no JWT', () => 'nonsense', 'JWT'],
  ['no customer', () => signed({ exp: SOON() }), '"sub"'],
  ['an empty customer', () => signed({ sub: ' ', exp: SOON() }), '"sub"'],
  ['no end', () => signed({ sub: 'c' }), '"exp"'],
  ['an end that is no number', () => handMade({ sub: 'c', exp: 'soon' }), '"exp"'],
  ['an end too far ahead', () => signed({ sub: 'c', exp: SOON() + 25 * 3600 }), '24 hours'],
  ['an end long ago', () => signed({ sub: 'c', exp: SOON() - 1200 }), 'expired'],
  ['a critical extension', () => handMade({ sub: 'c', exp: SOON() }, { crit: ['b64'], b64: true }), '"crit"'],
  ['a beginning later on', () => signed({ sub: 'c', exp: SOON(), nbf: SOON() - 300 }), 'not valid yet'],
])('refuses a user token with %s', async (_what, make, hint) => {
  const answer = await ask(make())
  expect(answer).toMatchObject({ status: 401, body: { code: 'user_token_invalid', data: null } })
  expect((answer.body as { detail: string }).detail).toContain(hint)
  expect(answer.headers.get('www-authenticate')).toBe('Bearer')
})

it('bears clocks that are a little apart, and takes no other kind of value', async () => {
  expect((await ask(signed({ sub: 'c', exp: SOON() - 630 }))).status).toBe(200)
  expect((await ask(7)).status).toBe(422)
  expect((await ask('')).status).toBe(422)
  expect((await ask(null)).status).toBe(200)
})

it('knows the secret of an older client from its next request on', async () => {
  const { db } = appliance.database
  await db.updateTable('client').set({ secret_sealed: null }).execute()
  const token = signed({ sub: 'c', exp: SOON() })
  const answer = await ask(token)
  expect(answer).toMatchObject({ status: 401, body: { code: 'user_token_unverifiable' } })
  expect((answer.body as { detail: string }).detail).toContain('X-API-Secret')
  await appliance.call('GET', '/assistants/')
  expect((await ask(token)).status).toBe(200)
})

it('seals anew when the signing key is another one', async () => {
  const { dir } = appliance
  await appliance.stop(true)
  await rm(join(dir, 'signing.key'))
  appliance = await startAppliance({ dataDir: dir })
  const token = signed({ sub: 'c', exp: SOON() })
  expect(await ask(token)).toMatchObject({ status: 401, body: { code: 'user_token_unverifiable' } })
  await appliance.call('GET', '/assistants/')
  expect((await ask(token)).status).toBe(200)
})

function handMade(claims: object, header: object = {}): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const body = `${part({ alg: 'HS256', typ: 'JWT', ...header })}.${part(claims)}`
  return `${body}.${createHmac('sha256', CREDENTIALS.clientSecret).update(body).digest('base64url')}`
}
