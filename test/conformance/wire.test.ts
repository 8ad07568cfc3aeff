import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { OPERATIONS } from '#src/contract/operations.js'
import { CREDENTIALS, startAppliance, type Appliance } from '../helpers/appliance.js'
import { data, send } from '../helpers/http.js'
import { dataOf, expectRefusal, HostedWidget } from './hosted-widget.js'

const PAGE = 'https://shop.example'
/** What browsers must be allowed to send. */
const REQUEST_HEADERS = [
  ...['authorization', 'content-type', 'x-api-key', 'x-api-secret', 'x-embed-origin'],
  ...['x-widget-loader-version', 'idempotency-key'],
]
/** What they must be let read. */
const EXPOSED = [
  ...['x-ratelimit-limit', 'x-ratelimit-remaining', 'x-ratelimit-reset', 'retry-after', 'x-request-id'],
]
/** What other sites have no business with. */
const OWN_ONLY = /^\/(?:livez|readyz|metrics)$/

let appliance: Appliance
let assistantId: unknown
beforeAll(async () => {
  appliance = await startAppliance({ env: { RATE_LIMIT_PER_HOUR: '0' } })
  assistantId = data(await appliance.call('POST', '/assistants/', { name: 'Desk' }))['id']
})
afterAll(() => appliance.stop())

const paths = OPERATIONS.flatMap(({ method, path, aliases = [] }) =>
  [path, ...aliases].map((each) => ({ method: method.toUpperCase(), path: each })),
)

/** The status and what is said, without reading a stream to its end. */
async function asked(method: string, path: string): Promise<{ status: number; detail: string }> {
  const leaving = new AbortController()
  const hasBody = !['GET', 'DELETE'].includes(method)
  const response = await fetch(`${appliance.origin}${path}`, {
    method,
    redirect: 'manual',
    headers: { ...appliance.keys, 'content-type': 'application/json' },
    ...(hasBody && { body: '{}' }),
    signal: leaving.signal,
  })
  const type = response.headers.get('content-type') ?? ''
  const body = type.includes('json') ? ((await response.json()) as { detail?: string | null }) : {}
  leaving.abort()
  return { status: response.status, detail: body.detail ?? '' }
}

describe('every path', () => {
  it.each(paths)(
    '$method $path is served with and without a slash, by no redirect',
    async ({ method, path }) => {
      const bare = path.replace(/\/$/, '').replace(/\{\w+\}/g, randomUUID())
      const [without, slashed] = [await asked(method, bare), await asked(method, `${bare}/`)]
      expect(slashed).toEqual(without)
      expect([301, 302, 303, 307, 308]).not.toContain(without.status)
      expect(without.detail).not.toMatch(/^There is no [A-Z]+ \//)
    },
  )

  it.each(paths.filter(({ path }) => !OWN_ONLY.test(path)))(
    '$method $path may be asked from any site',
    async ({ method, path }) => {
      for (const end of ['', '/']) {
        const url = path.replace(/\/$/, '').replace(/\{\w+\}/g, randomUUID()) + end
        const preflight = await fetch(`${appliance.origin}${url}`, {
          method: 'OPTIONS',
          headers: {
            origin: PAGE,
            'access-control-request-method': method,
            'access-control-request-headers': REQUEST_HEADERS.join(','),
          },
        })
        const { headers } = preflight
        expect(preflight.status).toBeLessThan(300)
        expect(headers.get('access-control-allow-origin')).toBe(PAGE)
        expect(headers.get('access-control-allow-credentials')).toBe('true')
        expect(listed(headers.get('access-control-allow-methods'))).toContain(method.toLowerCase())
        const allowed = listed(headers.get('access-control-allow-headers'))
        expect(REQUEST_HEADERS.filter((name) => !allowed.includes(name))).toEqual([])
      }
    },
  )

  it('that is none is refused in the envelope, and lets sites read the refusal', async () => {
    for (const path of ['/api/v1/nothing', '/api/v1/nothing/', '/api/nothing']) {
      const answer = await send(`${appliance.origin}${path}`, {
        method: 'POST',
        headers: { ...appliance.keys, origin: PAGE },
        body: {},
      })
      expectRefusal(answer, 404)
      expect(answer.headers.get('access-control-allow-origin')).toBe(PAGE)
      const exposed = listed(answer.headers.get('access-control-expose-headers'))
      expect(EXPOSED.filter((name) => !exposed.includes(name))).toEqual([])
    }
  })
})

describe('older names', () => {
  it('of the token’s path', async () => {
    const answer = await send(`${appliance.origin}/api/auth/widget-token/`, {
      method: 'POST',
      body: { client_id: CREDENTIALS.clientId },
    })
    expect(answer.status).toBe(200)
    expect(Object.keys(answer.body as object).sort()).toEqual(['expires_in', 'token', 'token_type'])
  })

  it('of assistants', async () => {
    const list = dataOf(await appliance.call('GET', '/agents/'), 200)
    expect(list['agents']).toEqual(list['assistants'])
    expect(list['agents']).not.toEqual([])
    const one = dataOf(await appliance.call('GET', `/agents/${String(assistantId)}`), 200)
    expect(one['id']).toBe(assistantId)
    expect(dataOf(await appliance.call('POST', '/agents', { name: 'Agent' }), 201)['name']).toBe('Agent')
    const session = await appliance.call('POST', '/sessions/', { agent_id: assistantId })
    expect(dataOf(session, 201)['assistant_id']).toBe(assistantId)
    const conversation = await appliance.call('POST', '/conversations/', { agent_id: assistantId })
    expect(dataOf(conversation, 201)['assistant_id']).toBe(assistantId)
    const filtered = await appliance.call(
      'GET',
      `/conversations/?agent_id=${String(assistantId)}&include=sessions`,
    )
    expect(dataOf(filtered, 200)['total']).toBe(2)
  })

  it('of pairs', async () => {
    const pair = { question: 'When?', answer: 'Now.' }
    const made = dataOf(await appliance.call('POST', '/knowledge/qas/', pair), 201)
    expect(dataOf(await appliance.call('GET', `/knowledge/qas/${String(made['id'])}`), 200)).toEqual(made)
    expect(dataOf(await appliance.call('GET', '/knowledge/qas'), 200)['sources']).toEqual([made])
  })

  it('of health', async () => {
    for (const path of ['/api/health', '/api/v1/health'])
      expect(dataOf(await send(`${appliance.origin}${path}`), 200)).toMatchObject({ ready: true })
  })
})

describe('a widget token', () => {
  const ask = (headers: Record<string, string>) =>
    send(`${appliance.origin}/api/v1/auth/widget-token`, {
      method: 'POST',
      headers,
      body: { client_id: CREDENTIALS.clientId },
    })
  const allow = (origins: string[]) =>
    appliance.database.db
      .updateTable('client')
      .set({ allowed_origins: JSON.stringify(origins) })
      .where('id', '=', CREDENTIALS.clientId)
      .execute()

  it('is given to any site as long as none is named', async () => {
    await allow([])
    for (const headers of [{}, { origin: PAGE }, { 'x-embed-origin': 'http://localhost:3000' }])
      expect((await ask(headers)).status).toBe(200)
  })

  it('is given to the sites that are named, compared by scheme, host and port', async () => {
    await allow([PAGE, 'http://localhost:3000'])
    const good: Record<string, string>[] = [
      { origin: PAGE },
      { 'x-embed-origin': PAGE },
      { 'x-embed-origin': PAGE, origin: 'https://frame.example' },
      { origin: 'http://localhost:3000' },
    ]
    for (const headers of good) expect((await ask(headers)).status, JSON.stringify(headers)).toBe(200)
    expectRefusal(await ask({}), 400, 'missing_origin_header')
    const bad: Record<string, string>[] = [
      { origin: 'https://evil.example' },
      { origin: 'http://shop.example' },
      { origin: 'https://shop.example:8443' },
      { origin: 'https://sub.shop.example' },
      { origin: 'https://shop.example.evil.example' },
      { origin: 'http://localhost' },
      { origin: 'null' },
      { 'x-embed-origin': 'https://evil.example', origin: PAGE },
    ]
    for (const headers of bad) expectRefusal(await ask(headers), 400, 'origin_not_allowed')
    await allow([])
  })

  it('opens what its part is, and nothing else', async () => {
    const widget = await new HostedWidget(appliance.origin, CREDENTIALS.clientId).bootstrap()
    for (const { method, path, access } of OPERATIONS.filter(({ access }) => access === 'key')) {
      const url = path.replace(/\{\w+\}/g, randomUUID())
      const body = ['get', 'delete'].includes(method) ? undefined : {}
      const answer = await widget.ask(method.toUpperCase(), url, body)
      expect({ method, path, access, status: answer.status }).toMatchObject({ status: 403 })
      expectRefusal(answer, 403, 'forbidden')
    }
  })

  it('searches for assistants that are marked for it', async () => {
    const widget = await new HostedWidget(appliance.origin, CREDENTIALS.clientId).bootstrap()
    const marked = data(
      await appliance.call('POST', '/assistants/', { name: 'Finder', widget_search: true }),
    )['id']
    const search = (id: unknown) =>
      widget.ask('GET', `/api/v1/knowledge/search/widget?assistant_id=${String(id)}&q=reset&limit=3`)
    const found = await search(marked)
    expect(found.status).toBe(200)
    expect(Object.keys(found.body as object)).toEqual(['hits'])
    const [hit] = (found.body as { hits: Record<string, unknown>[] }).hits
    expect(Object.keys(hit ?? {}).sort()).toEqual(['id', 'snippet', 'source_url', 'title', 'type'])
    expect(hit?.['type']).toBe('file')
    expectRefusal(await search(assistantId), 403)
  })
})

function listed(header: string | null): string[] {
  return (header ?? '').split(',').map((name) => name.trim().toLowerCase())
}
