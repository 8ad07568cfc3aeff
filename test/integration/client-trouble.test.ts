import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { ConnectionError, Guichet, InterruptedError, TimeoutError } from 'guichet/client'

/** A server that answers as it is told, and the requests it was sent. */
async function fake(answer: RequestListener) {
  const requests: { method: string; url: string; headers: Record<string, string | string[] | undefined> }[] =
    []
  const http = createServer((req, res) => {
    requests.push({ method: req.method ?? '', url: req.url ?? '', headers: req.headers })
    answer(req, res)
  }).listen(0, '127.0.0.1')
  await once(http, 'listening')
  onTestFinished(() => {
    http.closeAllConnections()
    http.close()
  })
  return { baseUrl: `http://127.0.0.1:${String((http.address() as AddressInfo).port)}`, requests }
}

describe('against a server in trouble', () => {
  const busy = { status: 'error', status_code: 503, detail: 'Busy.', code: 'busy', data: null }
  const good = { status: 'success', status_code: 201, detail: null, data: { id: 'it' } }

  it('sends a refused POST again under the same key, after the time it is told', async () => {
    const { baseUrl, requests } = await fake((_req, res) => {
      const isFirst = requests.length === 1
      res.writeHead(isFirst ? 503 : 201, { 'retry-after': '0' }).end(JSON.stringify(isFirst ? busy : good))
    })
    const made = await new Guichet({ baseUrl }).assistants.create({ name: 'x' })
    expect(made.id).toBe('it')
    const keys = requests.map(({ headers }) => headers['idempotency-key'])
    expect(keys).toHaveLength(2)
    expect(keys[0]).toMatch(/^[0-9a-f]{32}$/)
    expect(keys[1]).toBe(keys[0])
  })

  const action = (client: Guichet) => client.keys.create({ name: 'Shop' })
  const creation = (client: Guichet) => client.assistants.create({ name: 'Ada' })
  const change = (client: Guichet) => client.assistants.update('it', { tone: 'friendly' })
  const removal = (client: Guichet) => client.assistants.delete('it')

  it.each([
    ['a creation that the server remembers', creation, 2],
    ['a change', change, 2],
    ['a removal', removal, 2],
    ['an action that would happen twice', action, 1],
  ])('after a lost connection sends %s as often as is safe', async (_what, send, times) => {
    const { baseUrl, requests } = await fake((req, res) => {
      if (requests.length === 1) req.socket.destroy()
      else res.writeHead(200).end(JSON.stringify(good))
    })
    const sent = send(new Guichet({ baseUrl }))
    if (times === 1) await expect(sent).rejects.toBeInstanceOf(ConnectionError)
    else await expect(sent).resolves.toEqual({ id: 'it' })
    expect(requests).toHaveLength(times)
  })

  it.each([
    [429, {}, 2],
    [408, {}, 2],
    [503, { 'retry-after': '0' }, 2],
    [503, {}, 1],
    [502, {}, 1],
    [504, {}, 1],
  ])('after a %i with %j sends an action only where nothing was done', async (status, headers, times) => {
    const { baseUrl, requests } = await fake((_req, res) => {
      const isFirst = requests.length === 1
      res.writeHead(isFirst ? status : 201, headers).end(JSON.stringify(isFirst ? busy : good))
    })
    const sent = action(new Guichet({ baseUrl }))
    if (times === 1) await expect(sent).rejects.toMatchObject({ status })
    else await expect(sent).resolves.toEqual({ id: 'it' })
    expect(requests.map((request) => request.headers['idempotency-key'])).toEqual(
      Array(times).fill(undefined),
    )
  })

  it('gets another widget token when one is refused, once', async () => {
    const { baseUrl, requests } = await fake((req, res) => {
      const tokens = requests.filter(({ url }) => url.endsWith('/widget-token')).length
      const isToken = req.url?.endsWith('/widget-token') === true
      const isNew = req.headers.authorization === 'Bearer token-2'
      const refused = { ...busy, status_code: 401, code: 'unauthorized' }
      const body = isToken ? { token: `token-${String(tokens)}`, expires_in: 3600 } : isNew ? good : refused
      res.writeHead(isToken || isNew ? 200 : 401).end(JSON.stringify(body))
    })
    const client = new Guichet({ baseUrl, credentials: { clientId: 'shop' } })
    await client.assistants.list()
    expect(requests.map(({ url }) => /widget-token/.exec(url)?.[0] ?? 'list')).toEqual([
      ...['widget-token', 'list', 'widget-token', 'list'],
    ])
  })

  it('gives up after its tries, and at once where patience is of no use', async () => {
    const { baseUrl, requests } = await fake((req, res) => {
      const wait = req.url?.includes('limit=1') === true ? '3600' : '0'
      res.writeHead(429, { 'retry-after': wait }).end(JSON.stringify({ ...busy, code: 'rate_limited' }))
    })
    const client = new Guichet({ baseUrl, maxRetries: 1 })
    await expect(client.assistants.list()).rejects.toMatchObject({ status: 429, retryAfterSeconds: 0 })
    expect(requests).toHaveLength(2)
    await expect(client.assistants.list({ limit: 1 })).rejects.toMatchObject({ retryAfterSeconds: 3600 })
    expect(requests).toHaveLength(3)
  })

  it('says when nobody is there, when nobody answers, and when it was stopped', async () => {
    const nobody = new Guichet({ baseUrl: 'http://127.0.0.1:9', maxRetries: 0 })
    await expect(nobody.assistants.list()).rejects.toBeInstanceOf(ConnectionError)
    const { baseUrl } = await fake(() => undefined)
    const patient = new Guichet({ baseUrl, maxRetries: 0, timeoutMs: 50 })
    await expect(patient.assistants.list()).rejects.toBeInstanceOf(TimeoutError)
    const stop = new AbortController()
    const asked = new Guichet({ baseUrl }).assistants.list({}, { signal: stop.signal })
    stop.abort()
    await expect(asked).rejects.toMatchObject({ name: 'AbortError' })
  })

  it('takes a failure that came after a good status for a failure', async () => {
    const { baseUrl } = await fake((_req, res) => {
      res.writeHead(200, { 'content-type': 'application/json' }).end(`   ${JSON.stringify(busy)}`)
    })
    const sent = new Guichet({ baseUrl }).sessions.send('s', { content: 'Hello' })
    await expect(sent).rejects.toMatchObject({ status: 503, code: 'busy' })
  })

  it('calls a stream without its end interrupted, and a failed reply by its name', async () => {
    const { baseUrl } = await fake((req, res) => {
      const failure =
        req.url?.includes('/b/') === true ? 'data: {"type":"error","detail":"No.","code":"busy"}\n\n' : ''
      res.writeHead(200, { 'content-type': 'text/event-stream' })
      res.end(`: ping\r\n\r\ndata: {"type":"token","text":"é"}\r\n\r\n${failure}`)
    })
    const client = new Guichet({ baseUrl })
    const read = async (id: string) => {
      const texts: string[] = []
      for await (const frame of await client.sessions.stream(id, { content: 'x' }))
        if (frame.type === 'token') texts.push(frame.text)
      return texts
    }
    await expect(read('a')).rejects.toMatchObject({ code: null })
    await expect(read('b')).rejects.toBeInstanceOf(InterruptedError)
    await expect(read('b')).rejects.toMatchObject({ code: 'busy', message: 'No.' })
  })

  it('hangs up when a stream is left, and calls a broken one interrupted', async () => {
    let close = (): void => undefined
    const closed = new Promise<void>((resolve) => (close = resolve))
    const event = 'data: {"type":"source","id":"s","status":"processing"}\n\n'
    const { baseUrl, requests } = await fake((_req, res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' }).write(event)
      if (requests.length === 1) res.on('close', close)
      else setImmediate(() => res.destroy())
    })
    const client = new Guichet({ baseUrl })
    for await (const { status } of await client.knowledge.events()) {
      expect(status).toBe('processing')
      break
    }
    await closed
    const broken = await client.knowledge.events()
    expect((await broken.next()).value).toMatchObject({ id: 's' })
    await expect(broken.next()).rejects.toBeInstanceOf(InterruptedError)
  })
})
