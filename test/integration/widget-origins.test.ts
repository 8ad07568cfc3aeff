import { afterAll, beforeAll, expect, it } from 'vitest'
import { startAppliance, type Appliance } from '../helpers/appliance.js'
import { data, send } from '../helpers/http.js'

let appliance: Appliance
let clientId: string

beforeAll(async () => {
  appliance = await startAppliance({ env: { RATE_LIMIT_PER_HOUR: '0' } })
  const made = await appliance.call('POST', '/keys/', {
    name: 'Sites',
    allowed_origins: [
      'https://shop.example',
      'http://localhost:3000',
      'http://[::1]:8080',
      'https://münchen.example',
      'http://plain.example:80',
    ],
  })
  clientId = String(data(made)['client_id'])
})
afterAll(() => appliance.stop())

function ask(headers: Record<string, string>) {
  return send(`${appliance.origin}/api/v1/auth/widget-token`, {
    method: 'POST',
    headers,
    body: { client_id: clientId },
  })
}

it.each([
  'https://shop.example',
  'https://shop.example:443',
  'https://shop.example/',
  'HTTPS://SHOP.EXAMPLE',
  'http://localhost:3000',
  'http://[::1]:8080',
  'http://[0:0:0:0:0:0:0:1]:8080',
  'https://xn--mnchen-3ya.example',
  'http://plain.example',
])('is given to %s', async (origin) => {
  expect((await ask({ origin })).status).toBe(200)
  expect((await ask({ 'x-embed-origin': origin, origin: 'https://frame.example' })).status).toBe(200)
})

it.each([
  'http://shop.example',
  'https://shop.example:8443',
  'https://shop.example.evil.test',
  'https://www.shop.example',
  'https://evil.test/https://shop.example',
  'https://shop.example@evil.test',
  'http://localhost:3001',
  'http://[::2]:8080',
  'null',
  'nonsense',
])('is not given to %s', async (origin) => {
  expect(await ask({ origin })).toMatchObject({ status: 400, body: { code: 'origin_not_allowed' } })
  const embedded = await ask({ 'x-embed-origin': origin, origin: 'https://shop.example' })
  expect(embedded).toMatchObject({ status: 400, body: { code: 'origin_not_allowed' } })
})

it('is not given to whoever names no site, nor to an unknown client', async () => {
  expect(await ask({})).toMatchObject({ status: 400, body: { code: 'missing_origin_header' } })
  expect(await ask({ 'x-embed-origin': '' })).toMatchObject({ body: { code: 'missing_origin_header' } })
  expect((await ask({ 'x-embed-origin': '', origin: 'https://shop.example' })).status).toBe(200)
  const unknown = await send(`${appliance.origin}/api/v1/auth/widget-token`, {
    method: 'POST',
    body: { client_id: 'nobody' },
  })
  expect(unknown).toMatchObject({ status: 401, body: { code: 'unauthorized' } })
})
