import { afterEach, beforeEach, expect, it } from 'vitest'
import { CREDENTIALS, startAppliance, type Appliance } from '../helpers/appliance.js'
import { data, send } from '../helpers/http.js'

let appliance: Appliance
beforeEach(async () => {
  appliance = await startAppliance({ env: { TRUST_PROXY_HOPS: '1', RATE_LIMIT_PER_HOUR: '0' } })
})
afterEach(() => appliance.stop())

function from(address: string, id: string, secret: string) {
  return send(`${appliance.origin}/api/v1/assistants/`, {
    headers: { 'x-api-key': id, 'x-api-secret': secret, 'x-forwarded-for': address },
  })
}

async function statuses(times: number, request: () => Promise<{ status: number }>): Promise<Set<number>> {
  const seen = new Set<number>()
  for (let n = 0; n < times; n += 1) seen.add((await request()).status)
  return seen
}

it('refuses further tries after thirty wrong secrets of one client from one address', async () => {
  const { clientId, clientSecret } = CREDENTIALS
  const other = data(await appliance.call('POST', '/keys/', { name: 'Neighbour' }))
  expect((await from('192.0.2.5', clientId, clientSecret)).status).toBe(200)
  expect(await statuses(30, () => from('192.0.2.1', clientId, 'wrong'))).toEqual(new Set([401]))
  const limited = await from('192.0.2.1', clientId, 'wrong')
  expect(limited).toMatchObject({ status: 429, body: { code: 'rate_limited' } })
  expect(Number(limited.headers.get('retry-after'))).toBeGreaterThan(200)
  expect(Number(limited.headers.get('retry-after'))).toBeLessThanOrEqual(300)
  expect((await from('192.0.2.1', clientId, clientSecret)).status, 'a lucky guess').toBe(429)

  expect((await from('192.0.2.2', clientId, clientSecret)).status, 'another address').toBe(200)
  const neighbour = await from('192.0.2.1', String(other['client_id']), String(other['client_secret']))
  expect(neighbour.status, 'another client').toBe(200)
  const token = await send(`${appliance.origin}/api/v1/auth/widget-token`, {
    method: 'POST',
    headers: { 'x-forwarded-for': '192.0.2.1' },
    body: { client_id: clientId },
  })
  expect(token.status, 'visitors').toBe(200)
})

it('lets the pair through that was right from there before', async () => {
  const { clientId, clientSecret } = CREDENTIALS
  await from('192.0.2.1', clientId, clientSecret)
  expect(await statuses(31, () => from('192.0.2.1', clientId, 'wrong'))).toEqual(new Set([401, 429]))
  expect((await from('192.0.2.1', clientId, clientSecret)).status).toBe(200)
  expect((await from('192.0.2.1', clientId, 'wrong')).status).toBe(429)
})

it('counts an IPv6 network as one address, and right credentials not at all', async () => {
  const { clientId, clientSecret } = CREDENTIALS
  let host = 0
  const next = () => from(`2001:db8:1:2::${(host += 1).toString(16)}`, clientId, 'wrong')
  expect(await statuses(30, next)).toEqual(new Set([401]))
  expect((await next()).status).toBe(429)
  expect((await from('2001:db8:1:3::1', clientId, 'wrong')).status).toBe(401)
  expect(await statuses(40, () => from('192.0.2.9', clientId, clientSecret))).toEqual(new Set([200]))
})

it('refuses an address that tries many clients', async () => {
  let id = 0
  const next = () => from('192.0.2.1', `client-${String((id += 1))}`, 'wrong')
  expect(await statuses(300, next)).toEqual(new Set([401]))
  expect((await next()).status).toBe(429)
})
