import { createHash, createHmac } from 'node:crypto'
import { statSync } from 'node:fs'
import { get } from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startAppliance, type Appliance } from '../helpers/appliance.js'
import { data, send } from '../helpers/http.js'

let appliance: Appliance

beforeAll(async () => {
  appliance = await startAppliance()
})

afterAll(() => appliance.stop())

const UNKNOWN = '99999999-9999-4999-8999-999999999999'

async function widgetToken(): Promise<string> {
  const answer = await send(`${appliance.origin}/api/v1/auth/widget-token`, {
    method: 'POST',
    body: { client_id: appliance.keys['x-api-key'] },
  })
  return (answer.body as { token: string }).token
}

describe('the envelope', () => {
  it('is the same for every kind of failure', async () => {
    const { origin, keys } = appliance
    const api = `${origin}/api/v1`
    const failures = await Promise.all([
      send(`${api}/assistants/`),
      send(`${api}/nowhere`, { headers: keys }),
      send(`${origin}/elsewhere`),
      send(`${api}/assistants/not-a-uuid`, { headers: keys }),
      send(`${api}/assistants/%E0%A4%A`, { headers: keys }),
      send(`${api}/assistants/${UNKNOWN}`, { headers: keys }),
      send(`${api}/assistants/`, {
        method: 'POST',
        headers: { ...keys, 'content-type': 'application/json' },
        raw: '{"name":',
      }),
      send(`${api}/assistants/`, {
        method: 'POST',
        headers: { ...keys, 'content-type': 'text/plain' },
        raw: 'name',
      }),
      send(`${api}/assistants/`, { method: 'POST', headers: keys }),
      send(`${api}/assistants/`, { method: 'POST', headers: keys, body: { name: 'x'.repeat(300_000) } }),
      send(`${api}/assistants/`, { method: 'POST', headers: keys, body: { name: 5 } }),
      send(`${api}/knowledge/files/`, { method: 'POST', headers: keys, body: {} }),
    ])
    expect(failures.map((failure) => failure.status)).toEqual([
      401, 404, 404, 404, 400, 404, 400, 415, 400, 413, 422, 415,
    ])
    for (const { status, body } of failures) {
      expect(body).toEqual({
        status: 'error',
        status_code: status,
        detail: expect.any(String) as string,
        code: expect.any(String) as string,
        data: status === 422 ? { errors: expect.any(Array) as unknown[] } : null,
      })
    }
  })

  it('names every wrong field and what would be right', async () => {
    const answer = await appliance.call('POST', '/assistants/', {
      is_active: 'yes',
      default_tasks: [1],
      language: 'Klingon!',
    })
    expect((data(answer)['errors'] as { path: string }[]).map((error) => error.path)).toEqual([
      'name',
      'language',
      'default_tasks.0',
      'is_active',
    ])
    expect((answer.body as { detail: string }).detail).toBe('name is required.')
  })

  it('takes both slash forms without redirecting, and the older names', async () => {
    for (const path of ['/assistants', '/assistants/', '/agents', '/agents/']) {
      const made = await appliance.call('POST', path, { name: path, unknown_field: { ignored: true } })
      expect(made.status).toBe(201)
      expect(
        (await appliance.call('GET', `${path.replace(/\/$/, '')}/${String(data(made)['id'])}/`)).status,
      ).toBe(200)
    }
    expect(data(await appliance.call('GET', '/agents/'))).toHaveProperty('agents')
    expect(data(await appliance.call('GET', '/assistants?limit=1&offset=1'))).toMatchObject({
      limit: 1,
      offset: 1,
      total: 5,
    })
    expect((await appliance.call('GET', '/assistants?limit=0')).status).toBe(422)
  })

  it('refuses objects that are nested without end', async () => {
    const made = data(await appliance.call('POST', '/assistants/', { name: 'Deep' }))
    const metadata = `${'{"m":'.repeat(5000)}{}${'}'.repeat(5000)}`
    const answer = await send(`${appliance.origin}/api/v1/sessions`, {
      method: 'POST',
      headers: { ...appliance.keys, 'content-type': 'application/json' },
      raw: `{"assistant_id":"${String(made['id'])}","metadata":${metadata}}`,
    })
    expect(answer).toMatchObject({ status: 422, body: { data: { errors: [{ path: 'metadata' }] } } })
  })
})

describe('credentials', () => {
  it('need both headers, and the right secret', async () => {
    const url = `${appliance.origin}/api/v1/assistants/`
    const { keys } = appliance
    const attempts = [
      { 'x-api-key': keys['x-api-key'] },
      { 'x-api-secret': keys['x-api-secret'] },
      { ...keys, 'x-api-secret': 'wrong' },
      { ...keys, 'x-api-key': 'nobody' },
      { authorization: 'Bearer nonsense' },
      { authorization: 'Basic abc' },
    ]
    for (const headers of attempts) {
      const answer = await send(url, { headers: headers })
      expect(answer).toMatchObject({ status: 401, body: { code: 'unauthorized' } })
    }
    expect((await send(url, { headers: keys })).status).toBe(200)
  })

  it('keep only a hash of the secret, and a signing key for its owner alone', async () => {
    const row = await appliance.database.db.selectFrom('client').selectAll().executeTakeFirstOrThrow()
    expect(JSON.stringify(row)).not.toContain(appliance.keys['x-api-secret'])
    expect(row.secret_hash).toBe(createHash('sha256').update(appliance.keys['x-api-secret']).digest('hex'))
    expect(statSync(join(appliance.dir, 'signing.key')).mode & 0o777).toBe(0o600)
  })

  it('of a widget are flat, short-lived and good for visitors’ things only', async () => {
    const answer = await send(`${appliance.origin}/api/auth/widget-token/`, {
      method: 'POST',
      body: { client_id: appliance.keys['x-api-key'] },
    })
    expect(answer).toMatchObject({ status: 200, body: { expires_in: 3600, token_type: 'Bearer' } })
    const headers = { authorization: `Bearer ${await widgetToken()}` }
    const call = (method: string, path: string, body?: unknown) =>
      send(`${appliance.origin}/api/v1${path}`, { method, headers, body })
    const active = data(
      await appliance.call('POST', '/assistants/', { name: 'On', instructions: 'our own rules' }),
    )['id']
    const inactive = data(await appliance.call('POST', '/assistants/', { name: 'Off', is_active: false }))[
      'id'
    ]
    const listed = data(await call('GET', '/assistants'))['assistants'] as { id: string }[]
    expect(listed.map(({ id }) => id)).toContain(active)
    expect(listed.map(({ id }) => id)).not.toContain(inactive)
    expect((await call('GET', `/assistants/${String(inactive)}`)).status).toBe(404)
    expect(JSON.stringify(listed)).not.toContain('our own rules')
    expect(data(await appliance.call('GET', `/assistants/${String(active)}`))['instructions']).toBe(
      'our own rules',
    )
    expect((await call('POST', '/sessions', { assistant_id: active })).status).toBe(201)
    for (const [method, path] of [
      ['POST', '/assistants'],
      ['PATCH', `/assistants/${String(active)}`],
      ['GET', '/knowledge/'],
      ['POST', '/knowledge/qa'],
      ['POST', '/knowledge/search'],
      ['DELETE', `/knowledge/qa/${UNKNOWN}`],
    ] as const) {
      expect(await call(method, path, method === 'GET' ? undefined : {})).toMatchObject({ status: 403 })
    }
  })

  it('are refused when forged: another key, no signature, another audience, expired', async () => {
    const [, payload = ''] = (await widgetToken()).split('.')
    const head = (alg: string) => Buffer.from(JSON.stringify({ alg, typ: 'JWT' })).toString('base64url')
    const forged = (claims: string) => {
      const body = `${head('HS256')}.${claims}`
      return `${body}.${createHmac('sha256', 'guess').update(body).digest('base64url')}`
    }
    for (const token of [forged(payload), `${head('none')}.${payload}.`, `${head('HS256')}.${payload}.`]) {
      const answer = await send(`${appliance.origin}/api/v1/assistants`, {
        headers: { authorization: `Bearer ${token}` },
      })
      expect(answer.status).toBe(401)
    }
  })

  it('of a session opened with a secret demand that secret from browsers', async () => {
    const id = data(await appliance.call('POST', '/assistants/', { name: 'Secret' }))['id']
    const bearer = { authorization: `Bearer ${await widgetToken()}` }
    const url = `${appliance.origin}/api/v1/sessions`
    const opened = await send(url, {
      method: 'POST',
      headers: { ...bearer, 'x-session-secret': 's3cret' },
      body: { assistant_id: id },
    })
    const session = `${url}/${String(data(opened)['id'])}/messages`
    expect((await send(session, { headers: bearer })).status).toBe(403)
    expect((await send(session, { headers: { ...bearer, 'x-session-secret': 'guess' } })).status).toBe(403)
    expect((await send(session, { headers: { ...bearer, 'x-session-secret': 's3cret' } })).status).toBe(200)
  })

  it('of a client with named sites work from these only', async () => {
    await appliance.database.db
      .insertInto('client')
      .values({
        id: 'narrow',
        org_id: (
          await appliance.database.db.selectFrom('organization').select('id').executeTakeFirstOrThrow()
        ).id,
        name: 'Narrow',
        secret_hash: '',
        allowed_origins: '["https://shop.example"]',
        created_at: '2026-01-01T00:00:00.000Z',
      })
      .execute()
    const ask = (headers: Record<string, string>) =>
      send(`${appliance.origin}/api/v1/auth/widget-token`, {
        method: 'POST',
        headers,
        body: { client_id: 'narrow' },
      })
    expect((await ask({ origin: 'https://shop.example' })).status).toBe(200)
    expect(
      (await ask({ origin: 'https://other.example', 'x-embed-origin': 'https://shop.example' })).status,
    ).toBe(200)
    expect(await ask({})).toMatchObject({ status: 400, body: { code: 'missing_origin_header' } })
    for (const origin of [
      'http://shop.example',
      'https://shop.example:8443',
      'https://shop.example.evil.test',
      'null',
    ]) {
      expect(await ask({ origin })).toMatchObject({ status: 400, body: { code: 'origin_not_allowed' } })
    }
  })
})

describe('CORS', () => {
  it('answers preflight for any path, and lets any site read with credentials', async () => {
    const origin = 'https://shop.example'
    const preflight = await send(`${appliance.origin}/api/v1/sessions/${UNKNOWN}/messages`, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,x-embed-origin',
      },
    })
    expect(preflight.status).toBe(204)
    expect(preflight.headers.get('access-control-allow-origin')).toBe(origin)
    expect(preflight.headers.get('access-control-allow-credentials')).toBe('true')
    expect(preflight.headers.get('access-control-allow-headers')).toContain('X-Embed-Origin')
    expect(preflight.headers.get('access-control-allow-headers')).not.toContain('X-Guichet-Page')
    const refused = await send(`${appliance.origin}/api/v1/assistants`, { headers: { origin } })
    expect(refused.headers.get('access-control-allow-origin')).toBe(origin)
    expect(refused.headers.get('vary')).toContain('Origin')
    expect(refused.headers.get('access-control-expose-headers')).toContain('X-RateLimit-Remaining')
  })
})

describe('the operator', () => {
  it('comes in by a link that works once, and from our own page only', async () => {
    const link = `${appliance.origin}/operator?token=${String(appliance.first?.operatorToken)}`
    const entered = await send(link)
    expect(entered).toMatchObject({ status: 303 })
    const cookie = entered.headers.get('set-cookie') ?? ''
    expect(cookie).toMatch(/HttpOnly/)
    expect(cookie).toMatch(/SameSite=Strict/)
    expect((await send(link)).headers.get('set-cookie')).toBeNull()

    const own = { cookie: cookie.split(';')[0] ?? '', 'x-guichet-page': '1' }
    const list = (headers: Record<string, string>) =>
      send(`${appliance.origin}/api/v1/knowledge/`, { headers })
    expect((await list(own)).status).toBe(200)
    expect((await list({ cookie: own.cookie })).status).toBe(401)
    expect((await list({ ...own, origin: 'https://evil.example' })).status).toBe(401)
    expect((await list({ ...own, 'sec-fetch-site': 'same-site' })).status).toBe(401)
    expect((await send(`${appliance.origin}/page/config.json`, { headers: own })).body).toMatchObject({
      operator: true,
    })
    expect((await send(`${appliance.origin}/page/config.json`)).body).toMatchObject({ operator: false })
  })
})

describe('health', () => {
  it('is brief for everybody and detailed for keys', async () => {
    const brief = await send(`${appliance.origin}/api/v1/health`)
    expect(data(brief)).toEqual({
      ready: true,
      detail: null,
      version: expect.any(String) as string,
      chat: { state: 'ready' },
    })
    const detailed = await send(`${appliance.origin}/api/health/`, { headers: appliance.keys })
    expect(data(detailed)).toMatchObject({
      chat: { model: 'scripted' },
      embedding: { model: 'scripted', state: 'ready' },
    })
    expect((await send(`${appliance.origin}/livez`)).status).toBe(200)
    expect((await send(`${appliance.origin}/readyz`)).status).toBe(200)
  })
})

describe('static files', () => {
  it.each([
    '/assets/nothing.js',
    '/assets/',
    '/assets/..%2f..%2fpackage.json',
    '/assets/%2e%2e/%2e%2e/package.json',
  ])('there is nothing at %s', async (path) => {
    const { hostname, port } = new URL(appliance.origin)
    // A raw request: fetch would tidy the path up.
    const answer = await new Promise<{ status: number | undefined; text: string }>((resolve, reject) => {
      get({ hostname, port, path }, (res) => {
        let text = ''
        res.on('data', (chunk: Buffer) => (text += chunk.toString()))
        res.on('end', () => resolve({ status: res.statusCode, text }))
      }).on('error', reject)
    })
    expect(answer.status).toBe(404)
    expect(JSON.parse(answer.text)).toMatchObject({ status: 'error', code: 'not_found' })
  })
})
