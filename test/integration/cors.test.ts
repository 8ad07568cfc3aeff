import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startAppliance, type Appliance } from '../helpers/appliance.js'
import { send } from '../helpers/http.js'

const SITE = 'https://shop.example'
const PATHS = [
  '/api/v1/assistants/',
  '/api/v1/sessions/99999999-9999-4999-8999-999999999999/messages',
  '/api/v1/auth/widget-token',
  '/api/auth/widget-token',
  '/api/v1/health',
  '/api/v1/nowhere',
  '/widget-config/99999999-9999-4999-8999-999999999999',
  '/telemetry/events/',
  '/v1/nowhere',
]
const REQUEST_HEADERS = [
  'Accept',
  'Authorization',
  'Content-Type',
  'X-API-Key',
  'X-API-Secret',
  'X-Embed-Origin',
  'X-Widget-Loader-Version',
  'X-Session-Secret',
  'Idempotency-Key',
  'Last-Event-ID',
]
const READABLE_HEADERS = [
  'X-RateLimit-Limit',
  'X-RateLimit-Remaining',
  'X-RateLimit-Reset',
  'RateLimit',
  'RateLimit-Policy',
  'Retry-After',
  'X-Request-Id',
  'Idempotent-Replayed',
]

let appliance: Appliance
beforeAll(async () => {
  appliance = await startAppliance()
})
afterAll(() => appliance.stop())

function listed(value: string | null): string[] {
  return (value ?? '').split(',').map((name) => name.trim())
}

describe.each(PATHS)('%s', (path) => {
  it.each(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])('answers the preflight of %s', async (method) => {
    const answer = await send(appliance.origin + path, {
      method: 'OPTIONS',
      headers: {
        origin: SITE,
        'access-control-request-method': method,
        'access-control-request-headers': 'authorization,x-embed-origin,x-session-secret',
      },
    })
    expect(answer.status).toBe(204)
    expect(answer.headers.get('access-control-allow-origin')).toBe(SITE)
    expect(answer.headers.get('access-control-allow-credentials')).toBe('true')
    expect(listed(answer.headers.get('access-control-allow-methods'))).toContain(method)
    expect(listed(answer.headers.get('access-control-allow-headers'))).toEqual(
      expect.arrayContaining(REQUEST_HEADERS),
    )
    expect(listed(answer.headers.get('access-control-allow-headers'))).not.toContain('X-Guichet-Page')
    expect(answer.headers.get('access-control-allow-private-network')).toBeNull()
    expect(answer.headers.get('vary')).toContain('Origin')
  })

  it('lets any site read what it answers, failures too', async () => {
    const answer = await send(appliance.origin + path, { headers: { origin: SITE } })
    expect(answer.headers.get('access-control-allow-origin')).toBe(SITE)
    expect(answer.headers.get('access-control-allow-credentials')).toBe('true')
    expect(listed(answer.headers.get('access-control-expose-headers'))).toEqual(
      expect.arrayContaining(READABLE_HEADERS),
    )
    expect(answer.headers.get('vary')).toContain('Origin')
  })

  it('says without an Origin, too, that answers differ by it', async () => {
    const answer = await send(appliance.origin + path)
    expect(answer.headers.get('vary')).toContain('Origin')
    expect(answer.headers.get('access-control-allow-origin')).toBeNull()
  })
})

it('lets a page on the Internet reach a private address when the browser asks', async () => {
  const answer = await send(`${appliance.origin}/api/v1/sessions/`, {
    method: 'OPTIONS',
    headers: {
      origin: SITE,
      'access-control-request-method': 'POST',
      'access-control-request-private-network': 'true',
    },
  })
  expect(answer.headers.get('access-control-allow-private-network')).toBe('true')
})

it('leaves the page to itself', async () => {
  const answer = await send(`${appliance.origin}/page/config.json`, { headers: { origin: SITE } })
  expect(answer.headers.get('access-control-allow-origin')).toBeNull()
})
