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
