import { afterEach, expect, it } from 'vitest'
import { startAppliance, type Appliance } from '../helpers/appliance.js'
import { send } from '../helpers/http.js'

let appliance: Appliance

afterEach(() => appliance.stop())

it('counts an organization’s requests, keys and tokens together, and tells on every response', async () => {
  appliance = await startAppliance({ env: { RATE_LIMIT_PER_HOUR: '4' } })
  const token = await send(`${appliance.origin}/api/v1/auth/widget-token`, {
    method: 'POST',
    body: { client_id: appliance.keys['x-api-key'] },
  })
  const bearer = { authorization: `Bearer ${(token.body as { token: string }).token}` }
  const first = await appliance.call('GET', '/assistants/')
  expect(token.headers.get('x-ratelimit-remaining')).toBe('3')
  expect(first.headers.get('x-ratelimit-limit')).toBe('4')
  expect(first.headers.get('x-ratelimit-remaining')).toBe('2')
  const reset = Number(first.headers.get('x-ratelimit-reset'))
  expect(reset).toBeGreaterThan(Date.now() / 1000)
  expect(reset).toBeLessThanOrEqual(Date.now() / 1000 + 3601)
  expect(first.headers.get('ratelimit-policy')).toContain('organization')
  await send(`${appliance.origin}/api/v1/assistants/`, { headers: bearer })
  const third = await appliance.call('POST', '/assistants/', { name: 4 })
  expect(third).toMatchObject({ status: 422 })
  expect(third.headers.get('x-ratelimit-remaining')).toBe('0')
  const over = await send(`${appliance.origin}/api/v1/assistants/`, { headers: bearer })
  expect(over).toMatchObject({
    status: 429,
    body: { status: 'error', status_code: 429, code: 'rate_limited', data: null },
  })
  expect(Number(over.headers.get('retry-after'))).toBeGreaterThan(3000)
  expect((await send(`${appliance.origin}/api/v1/health`, { headers: appliance.keys })).status).toBe(200)
})

it('keeps counting after a restart', async () => {
  appliance = await startAppliance({ env: { RATE_LIMIT_PER_HOUR: '2' } })
  await appliance.call('GET', '/assistants/')
  const { dir } = appliance
  await appliance.stop(true)
  appliance = await startAppliance({ dataDir: dir, env: { RATE_LIMIT_PER_HOUR: '2' } })
  expect((await appliance.call('GET', '/assistants/')).headers.get('x-ratelimit-remaining')).toBe('0')
  expect((await appliance.call('GET', '/assistants/')).status).toBe(429)
})

it('is off at 0, and may differ for one organization', async () => {
  appliance = await startAppliance({ env: { RATE_LIMIT_PER_HOUR: '0' } })
  expect((await appliance.call('GET', '/assistants/')).headers.get('x-ratelimit-limit')).toBeNull()
  await appliance.database.db.updateTable('organization').set({ requests_per_hour: 1 }).execute()
  expect((await appliance.call('GET', '/assistants/')).headers.get('x-ratelimit-limit')).toBe('1')
  expect((await appliance.call('GET', '/assistants/')).status).toBe(429)
})

it('tells whoever is recognized on every response, failures too, and does not count health', async () => {
  appliance = await startAppliance({ env: { RATE_LIMIT_PER_HOUR: '10' } })
  const UNKNOWN = '99999999-9999-4999-8999-999999999999'
  const health = async () => send(`${appliance.origin}/api/v1/health`, { headers: appliance.keys })
  expect((await health()).headers.get('x-ratelimit-remaining')).toBe('10')
  const failures = [
    await appliance.call('GET', `/assistants/${UNKNOWN}`),
    await appliance.call('GET', '/nowhere'),
    await appliance.call('POST', '/assistants/', { name: 5 }),
    await appliance.call('GET', '/assistants/?limit=0'),
  ]
  expect(failures.map(({ status }) => status)).toEqual([404, 404, 422, 422])
  expect(failures.map(({ headers }) => headers.get('x-ratelimit-remaining'))).toEqual(['9', '8', '7', '6'])
  for (const { headers } of failures) {
    expect(headers.get('ratelimit')).toContain('organization')
    expect(headers.get('ratelimit-policy')).toContain('w=3600')
    expect(Number(headers.get('x-ratelimit-reset'))).toBeGreaterThan(Date.now() / 1000)
  }
  expect((await send(`${appliance.origin}/api/v1/health`)).headers.get('x-ratelimit-limit')).toBeNull()
  for (let n = 0; n < 7; n += 1) await appliance.call('GET', '/assistants/')
  const told = await health()
  expect(told.status).toBe(200)
  expect(told.headers.get('x-ratelimit-remaining')).toBe('0')
  expect(told.headers.get('retry-after')).toBeNull()
  const preflight = { origin: 'https://shop.example', 'access-control-request-method': 'GET' }
  expect((await appliance.call('OPTIONS', '/assistants/', undefined, preflight)).status).toBe(204)
})

it('limits widget tokens by address', async () => {
  appliance = await startAppliance({ env: { TRUST_PROXY_HOPS: '1', RATE_LIMIT_PER_HOUR: '0' } })
  const ask = (address: string) =>
    send(`${appliance.origin}/api/v1/auth/widget-token`, {
      method: 'POST',
      headers: { 'x-forwarded-for': address },
      body: { client_id: 'nobody' },
    })
  const statuses = await Promise.all(Array.from({ length: 241 }, () => ask('192.0.2.1')))
  expect(statuses.filter(({ status }) => status === 429)).toHaveLength(1)
  const over = await ask('192.0.2.1')
  expect(over).toMatchObject({ status: 429, body: { code: 'rate_limited' } })
  expect(Number(over.headers.get('retry-after'))).toBeLessThanOrEqual(60)
  expect((await ask('192.0.2.2')).status).toBe(401)
})
