import { once } from 'node:events'
import { createServer, request, type IncomingMessage, type RequestOptions } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { startAppliance, type Appliance } from '../helpers/appliance.js'
import { data, send } from '../helpers/http.js'
import { figure, parseMetrics, type Sample } from '../helpers/metrics-text.js'
import { evidence, scriptedRetriever } from '../helpers/scripted-retriever.js'

const TOKEN = 'a-token-for-the-metrics'

let appliance: Appliance

afterEach(() => appliance.stop())

async function metricsText(headers: Record<string, string> = {}): Promise<string> {
  const { status, headers: sent, body } = await send(`${appliance.origin}/metrics`, { headers })
  expect(status).toBe(200)
  expect(sent.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
  expect(sent.get('cache-control')).toBe('no-store')
  return String(body)
}

const look = async (): Promise<Sample[]> => parseMetrics(await metricsText())

const assistantId = async () =>
  String((data(await appliance.call('GET', '/assistants/')).assistants as { id: string }[])[0]?.id)

const openSession = async () =>
  String(data(await appliance.call('POST', '/sessions/', { assistant_id: await assistantId() })).id)

describe('GET /metrics', () => {
  it('counts requests by the pattern of their path, however it is written', async () => {
    appliance = await startAppliance()
    const id = await assistantId()
    for (const path of [`/assistants/${id}`, `/agents/${id}/`, `/Assistants/${id}`]) {
      await appliance.call('GET', path)
    }
    await appliance.call('GET', `/assistants/${id.replace(/^./, 'x')}`)
    await appliance.call('PATCH', `/assistants/${id}`, { name: 4 })
    await send(`${appliance.origin}/api/v1/assistants/`)
    const samples = await look()
    const requests = (labels: Record<string, string>) =>
      figure(samples, 'guichet_http_requests_total', labels)
    const route = '/api/v1/assistants/:id'
    expect(requests({ method: 'GET', route, status: '200' })).toBe(3)
    expect(requests({ method: 'GET', route, status: '404' })).toBe(1)
    expect(requests({ method: 'PATCH', route, status: '422' })).toBe(1)
    expect(requests({ route: '/api/*', status: '401' })).toBe(1)
    expect(figure(samples, 'guichet_http_request_duration_seconds_count', { method: 'GET', route })).toBe(4)
    expect(figure(samples, 'guichet_http_requests_in_flight')).toBe(1)
  })

  it('has no more series after a thousand paths and methods that do not exist', async () => {
    appliance = await startAppliance()
    const ask = (n: number) => {
      const method = ['GET', 'POST', 'PROPFIND', 'DELETE', 'LINK'][n % 5] ?? 'GET'
      const path = [`/${n}.php`, `/api/v1/${n}`, `/api/v1/sessions/${n}/${n}`, `/api/v1/knowledge/${n}/`][
        n % 4
      ]
      return send(`${appliance.origin}${path ?? ''}`, { method, headers: n % 2 === 0 ? appliance.keys : {} })
    }
    for (let n = 0; n < 40; n += 1) await ask(n)
    await look()
    const before = (await look()).length
    for (let n = 40; n < 1040; n += 20) await Promise.all(Array.from({ length: 20 }, (_, at) => ask(n + at)))
    const samples = await look()
    expect(samples).toHaveLength(before)
    expect(figure(samples, 'guichet_http_requests_total', { method: 'other' })).toBeGreaterThan(300)
  })

  it('counts replies, their tokens, streams and refusals', async () => {
    appliance = await startAppliance({
      engines: {
        retriever: scriptedRetriever({
          evidence: (question) => {
            if (question.includes('broken')) throw new Error('search broke')
            return evidence({ confidence: question.includes('unknown') ? 0.1 : 0.9 })
          },
        }),
      },
      env: { RATE_LIMIT_PER_HOUR: '10' },
    })
    await appliance.call('PATCH', `/assistants/${await assistantId()}`, { answer_mode: 'compose' })
    const messages = `/sessions/${await openSession()}/messages`
    await appliance.call('POST', messages, { content: 'How do I reset it?' })
    await appliance.call('POST', messages, { content: 'And again?' }, { accept: 'text/event-stream' })
    await appliance.call('POST', messages, { content: 'Something unknown?' })
    await appliance.call('POST', messages, { content: 'Hello' })
    expect((await appliance.call('POST', messages, { content: 'A broken one?' })).status).toBe(500)
    await appliance.call('GET', messages)
    expect((await appliance.call('GET', messages)).status).toBe(429)
    const samples = await look()
    const replies = (mode: string) => figure(samples, 'guichet_replies_total', { mode })
    expect(['compose', 'declined', 'smalltalk', 'failed', 'quote'].map(replies)).toEqual([2, 1, 1, 1, 0])
    expect(figure(samples, 'guichet_tokens_total', { kind: 'prompt' })).toBe(20)
    expect(figure(samples, 'guichet_tokens_total', { kind: 'cached' })).toBe(8)
    expect(figure(samples, 'guichet_reply_first_token_seconds_count', { mode: 'compose' })).toBe(2)
    expect(figure(samples, 'guichet_http_stream_duration_seconds_count')).toBe(1)
    const posted = { method: 'POST', route: '/api/v1/sessions/:id/messages' }
    expect(figure(samples, 'guichet_http_requests_total', posted)).toBe(5)
    expect(figure(samples, 'guichet_http_request_duration_seconds_count', posted)).toBe(4)
    expect(figure(samples, 'guichet_rate_limited_total')).toBe(1)
    expect(figure(samples, 'guichet_ready')).toBe(1)
  })

  it('tells nothing of organizations, people and what they say', async () => {
    appliance = await startAppliance()
    const session = await openSession()
    await appliance.call('POST', `/sessions/${session}/messages`, { content: 'Ornithorhynchus?' })
    await appliance.call('POST', '/knowledge/qa/', { question: 'Platypus?', answer: 'Monotreme.' })
    await appliance.call('GET', '/sessions/Ornithorhynchus')
    const text = await metricsText()
    const organizations = await appliance.database.db
      .selectFrom('organization')
      .select(['id', 'name'])
      .execute()
    const told = [
      ...organizations.flatMap(({ id, name }) => [id, name]),
      ...Object.values(appliance.keys),
      await assistantId(),
      session,
      appliance.dir,
      'Ornithorhynchus',
      'Platypus',
      'Monotreme',
    ]
    expect(told.filter((secret) => text.toLowerCase().includes(secret.toLowerCase()))).toEqual([])
    expect(/[0-9a-f]{8}-[0-9a-f]{4}/.exec(text)).toBeNull()
  })

  it('goes on without the database, and without what is read from it', async () => {
    appliance = await startAppliance()
    await appliance.database.close()
    const samples = await look()
    expect(figure(samples, 'guichet_sources')).toBeUndefined()
    expect(figure(samples, 'guichet_database_size_bytes', { file: 'main' })).toBeGreaterThan(0)
    expect(figure(samples, 'guichet_engine_state', { state: 'ready' })).toBe(1)
  })
})

/** An address of this machine that is not loopback, as those have who ask from a container's bridge. */
const bridge = Object.values(networkInterfaces())
  .flat()
  .find((address) => address?.family === 'IPv4' && !address.internal)?.address

/** The status that `/metrics` answers with, asked past what fetch would make of it. */
async function statusOf(options: RequestOptions): Promise<number | undefined> {
  const asked = request({ path: '/metrics', ...options }).end()
  const [answer] = (await once(asked, 'response')) as [IncomingMessage]
  answer.resume()
  return answer.statusCode
}

describe('who may read them', () => {
  it('is whoever asks on this machine, when there is no token; never through a proxy', async () => {
    appliance = await startAppliance()
    await metricsText()
    for (const name of ['X-Forwarded-For', 'X-Real-IP', 'Forwarded', 'Via']) {
      const { status, body } = await send(`${appliance.origin}/metrics`, {
        headers: { [name]: 'for=192.0.2.1' },
      })
      expect([name, status]).toEqual([name, 403])
      expect(body).toMatchObject({ code: 'forbidden', data: null })
      expect((body as { detail: string }).detail).toContain('METRICS_TOKEN')
    }
  })

  it('is nobody without a token who asks for another name than this machine’s own', async () => {
    appliance = await startAppliance()
    const { port } = new URL(appliance.origin)
    for (const host of ['help.example.com', `192.0.2.1:${port}`, 'localhost.example.com', '[2001:db8::1]'])
      expect([host, await statusOf({ port, headers: { host } })]).toEqual([host, 403])
    for (const host of [`localhost:${port}`, 'LOCALHOST', '127.0.0.1', '127.8.0.2:80', `[::1]:${port}`])
      expect([host, await statusOf({ port, headers: { host } })]).toEqual([host, 200])
  })

  it('is nobody without a token who speaks HTTP/1.0, as nginx does that was told nothing', async () => {
    appliance = await startAppliance()
    const { port } = new URL(appliance.origin)
    const socket = connect(Number(port), '127.0.0.1')
    socket.write(`GET /metrics HTTP/1.0\r\nHost: 127.0.0.1:${port}\r\nConnection: close\r\n\r\n`)
    const [head] = (await once(socket, 'data')) as [Buffer]
    socket.destroy()
    expect(head.toString()).toMatch(/^HTTP\/1\.1 403 /)
  })

  it('is nobody without a token who comes from no loopback address, whatever they say', async () => {
    appliance = await startAppliance()
    const socketPath = join(appliance.dir, 'http.sock')
    const server = createServer(appliance.app.handler).listen(socketPath)
    await once(server, 'listening')
    expect(await statusOf({ socketPath, headers: { host: 'localhost' } })).toBe(403)
    server.close()
  })

  it.skipIf(bridge === undefined)('is nobody without a token on another machine', async () => {
    appliance = await startAppliance()
    const server = createServer(appliance.app.handler).listen(0, '0.0.0.0')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    expect(await statusOf({ host: bridge, port, headers: { host: 'localhost' } })).toBe(403)
    server.close()
  })

  it('is whoever has the token, when there is one, also through a proxy', async () => {
    appliance = await startAppliance({ env: { METRICS_TOKEN: TOKEN } })
    await metricsText({ authorization: `Bearer ${TOKEN}` })
    await metricsText({ authorization: `bearer ${TOKEN}`, 'x-forwarded-for': '192.0.2.1' })
    for (const authorization of [undefined, `Bearer ${TOKEN}x`, `Basic ${TOKEN}`, 'Bearer']) {
      const { status, headers, body } = await send(`${appliance.origin}/metrics`, {
        headers: { ...appliance.keys, ...(authorization && { authorization }) },
      })
      expect(status).toBe(401)
      expect(headers.get('www-authenticate')).toBe('Bearer')
      expect(body).toMatchObject({ status: 'error', code: 'unauthorized' })
    }
  })

  it('does not count for the rate limit, and takes GET and HEAD alone', async () => {
    appliance = await startAppliance({ env: { RATE_LIMIT_PER_HOUR: '1' } })
    for (let n = 0; n < 3; n += 1) await metricsText()
    expect((await appliance.call('GET', '/assistants/')).status).toBe(200)
    const head = await send(`${appliance.origin}/metrics`, { method: 'HEAD' })
    expect(head).toMatchObject({ status: 200, body: '' })
    expect((await send(`${appliance.origin}/metrics`, { method: 'POST' })).status).toBe(404)
  })

  it('is not told by a token that is too short', async () => {
    appliance = await startAppliance()
    const short = startAppliance({ env: { METRICS_TOKEN: 'short-secret' } })
    await expect(short).rejects.toThrow(/^METRICS_TOKEN: the value given is not usable/)
    await expect(short).rejects.not.toThrow(/short-secret/)
  })
})

it('counts a sender who leaves before the answer as 499', async () => {
  let begun: () => void = () => undefined
  const asked = new Promise<void>((resolve) => (begun = resolve))
  appliance = await startAppliance({
    engines: {
      retriever: scriptedRetriever({
        evidence: (_question, signal) => {
          begun()
          return new Promise((_resolve, reject) => {
            signal?.addEventListener('abort', () => reject(new DOMException('Stopped.', 'AbortError')))
          })
        },
      }),
    },
  })
  const leaver = request(`${appliance.origin}/api/v1/sessions/${await openSession()}/messages`, {
    method: 'POST',
    headers: { ...appliance.keys, 'content-type': 'application/json' },
  })
  leaver.on('error', () => undefined)
  leaver.end(JSON.stringify({ content: 'How do I reset it?' }))
  await asked
  leaver.destroy()
  const left = () =>
    look().then((samples) => figure(samples, 'guichet_http_requests_total', { status: '499' }))
  await expect.poll(left).toBe(1)
  appliance.app.abandonReplies()
  const cancelled = () =>
    look().then((samples) => figure(samples, 'guichet_replies_total', { mode: 'cancelled' }))
  await expect.poll(cancelled).toBe(1)
})
