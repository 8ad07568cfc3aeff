import { readdirSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { startAppliance, type Appliance } from '../helpers/appliance.js'
import { data, send } from '../helpers/http.js'

let appliance: Appliance

beforeEach(async () => {
  appliance = await startAppliance()
})
afterEach(() => appliance.stop())

const FILES = '/api/v1/knowledge/files/'
const TYPE = 'multipart/form-data; boundary=XX'

/** One file part with the given lines in its head. */
function part(head: string, content = 'hello'): string {
  return `--XX\r\n${head}\r\n\r\n${content}\r\n`
}

function post(raw: string, type = TYPE) {
  return send(`${appliance.origin}${FILES}`, {
    method: 'POST',
    headers: { ...appliance.keys, 'content-type': type },
    raw,
  })
}

/** A raw request, so that what it promises and what it holds may differ. */
function raw(body: string, contentLength: number) {
  const { hostname, port } = new URL(appliance.origin)
  const socket = connect(Number(port), hostname)
  const { 'x-api-key': key, 'x-api-secret': secret } = appliance.keys
  socket.on('error', () => undefined)
  socket.write(
    `POST ${FILES} HTTP/1.1\r\nHost: x\r\nX-API-Key: ${key}\r\nX-API-Secret: ${secret}\r\n` +
      `Content-Type: ${TYPE}\r\nContent-Length: ${contentLength}\r\n\r\n${body}`,
  )
  return socket
}

function uploads(): string[] {
  return readdirSync(join(appliance.dir, 'uploads'))
}

describe('a broken form', () => {
  const named = 'Content-Disposition: form-data; name="file"; filename="a.txt"'
  it.each([
    ['cut short', part(named), TYPE],
    ['without its boundary', 'nothing of the kind', TYPE],
    ['empty', '', TYPE],
    ['of a type without a boundary', `${part(named)}--XX--\r\n`, 'multipart/form-data'],
    ['of a multipart type that is no form', `${part(named)}--XX--\r\n`, 'multipart/mixed; boundary=XX'],
    ['with control characters in a part’s head', `${part(`${named}\r\nX-A: \u0001\u0000`)}--XX--\r\n`, TYPE],
    [
      'with a control character in the file name',
      `${part(named.replace('a.txt', 'a\u0001.txt'))}--XX--`,
      TYPE,
    ],
    ['with a part’s head that is none', `${part('nonsense')}--XX--\r\n`, TYPE],
  ])('%s is the sender’s fault, and leaves no file', async (_what, body, type) => {
    const before = uploads()
    const { status, body: answer } = await post(body, type)
    expect([400, 422]).toContain(status)
    expect(answer).toMatchObject({
      status: 'error',
      detail: expect.stringMatching(/^\p{Lu}.*\.$/u) as string,
    })
    expect(uploads()).toEqual(before)
  })

  it('that is longer than it says is answered, and the rest is not taken for a request', async () => {
    const answer = await new Promise<string>((resolve) => {
      let text = ''
      const whole = `${part(named)}--XX--\r\n`
      const socket = raw(`${whole}GET /livez HTTP/1.1\r\n`, whole.length - 20)
      socket.on('data', (chunk) => (text += chunk.toString())).on('close', () => resolve(text))
    })
    expect(answer).toMatch(/^HTTP\/1\.1 400 /)
    expect(answer).not.toContain(' 200 ')
  })

  it('whose sender leaves in the middle leaves no file', async () => {
    const before = uploads()
    const socket = raw(part(named, 'x'.repeat(300_000)), 5_000_000)
    await vi.waitFor(() => expect(uploads().length).toBe(before.length + 1), { timeout: 5_000 })
    socket.destroy()
    await vi.waitFor(() => expect(uploads()).toEqual(before), { timeout: 5_000 })
    expect((await appliance.call('GET', '/knowledge/?type=file&q=a.txt')).body).toMatchObject({
      data: { sources: [] },
    })
  })
})

describe('a file', () => {
  it.each([
    ['', 'file'],
    ['..', 'file'],
    ['/', 'file'],
    ['folder/', 'folder'],
    ['../../etc/passwd', 'passwd'],
    ['C:\\temp\\notes.txt', 'notes.txt'],
    [' ', 'file'],
  ])('called %j is taken, as %j', async (name, title) => {
    const body = `${part(`Content-Disposition: form-data; name="file"; filename="${name}"\r\nContent-Type: application/octet-stream`)}--XX--\r\n`
    const answer = await post(body)
    expect(answer.status).toBe(202)
    expect(data(answer)).toMatchObject({ title })
  })
})

describe('a part without a file', () => {
  it('is told apart from no part at all', async () => {
    const text = await post(`${part('Content-Disposition: form-data; name="file"')}--XX--\r\n`)
    expect(text).toMatchObject({
      status: 422,
      body: { detail: expect.stringContaining('file name') as string },
    })
    const none = await post(`${part('Content-Disposition: form-data; name="title"')}--XX--\r\n`)
    expect(none).toMatchObject({ status: 422, body: { detail: 'file is required.' } })
  })
})

describe('a start', () => {
  it('removes uploads that no source names, and nothing else', async () => {
    const kept = uploads()
    expect(kept.length).toBeGreaterThan(0)
    const dir = join(appliance.dir, 'uploads')
    writeFileSync(join(dir, '0123456789abcdef0123456789abcdef'), 'cut off')
    writeFileSync(join(dir, 'README.txt'), 'a person’s own')
    await appliance.stop(true)
    appliance = await startAppliance({ dataDir: appliance.dir })
    expect(uploads().sort()).toEqual([...kept, 'README.txt'].sort())
  })
})
