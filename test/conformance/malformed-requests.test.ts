import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Operation } from '#src/contract/operation.js'
import { OPERATIONS } from '#src/contract/operations.js'
import type { Appliance } from '../helpers/appliance.js'
import { furnish, startForAll } from './furnished.js'
import { bodyOf, filled, thingInPath, type Things } from './generated.js'
import { answersIn, cutOff, holdOpen, rawExchange } from './raw-http.js'
import { expectNone, fault, findings, told } from './verdict.js'

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']
const UPLOAD_LIMIT = 1024 * 1024

let appliance: Appliance
let things: Things
beforeAll(async () => {
  appliance = await startForAll({ MAX_UPLOAD_MB: '1' })
  things = await furnish(appliance, appliance.keys, 'heron')
}, 60_000)
afterAll(() => appliance.stop())

const PATHS = [...new Set(OPERATIONS.flatMap(({ path, aliases = [] }) => [path, ...aliases]))]
const WITH_BODY = OPERATIONS.filter(({ body, form }) => body !== undefined || form !== undefined)
const WITHOUT_STREAM = OPERATIONS.filter(({ answers }) => Object.keys(answers).length > 0)

function pathOf({ path }: Operation): string {
  const thing = thingInPath(path)
  return thing === undefined ? path : filled(path, things[thing])
}

/** The lines of a request up to its body, with keys. */
function head(method: string, path: string, lines: string[] = []): string {
  const keys = Object.entries(appliance.keys).map(([name, value]) => `${name}: ${value}`)
  const all = [`${method.toUpperCase()} ${path} HTTP/1.1`, 'host: guichet.test', ...keys, ...lines]
  return `${all.join('\r\n')}\r\n\r\n`
}

/** Whether what comes has no end. */
function isStream(text: string): boolean {
  return text.toLowerCase().includes('content-type: text/event-stream')
}

/** What is wrong with what came back over a connection; Node itself refuses what is expected of it, without a body. */
function rawFault(name: string, text: string, isRefused = true): string | undefined {
  const answers = answersIn(text)
  const wrong = answers.find(
    ({ status, body }) =>
      status >= 500 ||
      (status >= 400 &&
        status !== 417 &&
        fault('', { status, type: 'application/json', text: body }) !== undefined),
  )
  if (wrong !== undefined) return `${name}: ${JSON.stringify(wrong)}`
  if (isRefused && answers.some(({ status }) => status < 400)) return `${name}: taken: ${text.slice(0, 300)}`
  return undefined
}

describe('a request', () => {
  it('by another method than a path has is refused in the envelope', async () => {
    const jobs = PATHS.flatMap((path) => {
      const known = OPERATIONS.filter((operation) =>
        [operation.path, ...(operation.aliases ?? [])].some((each) => sameShape(each, path)),
      ).map(({ method }) => method.toUpperCase())
      return METHODS.filter((method) => !known.includes(method)).map((method) => async () => {
        const url = appliance.origin + filled(path, randomUUID())
        const answer = await told(url, method, appliance.keys)
        const wrong = fault('', answer)
        if (wrong === undefined && [404, 405].includes(answer.status)) return undefined
        return `${method} ${path}: ${wrong ?? ''} ${String(answer.status)} ${answer.text.slice(0, 200)}`
      })
    })
    expectNone(await findings(jobs))
  })

  it('to a path that is too long, or is no valid encoding, is refused', async () => {
    const bad = [
      '%',
      '%zz',
      '%c3%28',
      '%e0%80',
      '%00',
      '%2e%2e%2f%2e%2e%2fetc',
      'x'.repeat(8000),
      '?'.repeat(50),
    ]
    const jobs = PATHS.flatMap((path) =>
      bad.map((piece) => async () => {
        const garbled = path.includes('{')
          ? path.replace(/\{\w+\}/, piece)
          : `${path.replace(/\/$/, '')}/${piece}`
        const request = head('GET', garbled, ['connection: close'])
        const text = await rawExchange(appliance.origin, [request], isStream)
        return rawFault(`GET ${garbled.slice(0, 100)}`, text, path.includes('{') && !piece.startsWith('?'))
      }),
    )
    expectNone(await findings(jobs))
  })

  it('with headers twice is answered', async () => {
    const twice = [
      ['x-api-key: another'],
      ['x-api-secret: another'],
      ['authorization: Bearer a', 'authorization: Bearer b'],
      ['content-type: text/plain', 'content-type: application/json'],
      ['accept: text/html', 'accept: nonsense'],
      ['idempotency-key: a', 'idempotency-key: b'],
      ['x-session-secret: a', 'x-session-secret: b'],
      ['origin: null', 'origin: https://b.example', 'x-embed-origin: :::'],
      ['cookie: guichet_operator=a', 'cookie: guichet_operator=b', 'x-guichet-page: 1'],
    ]
    const jobs = WITHOUT_STREAM.flatMap((operation) =>
      twice.map((lines) => async () => {
        const body = JSON.stringify(bodyOf(operation, things) ?? {})
        const length =
          operation.body === undefined ? [] : [`content-length: ${String(Buffer.byteLength(body))}`]
        const request = head(operation.method, unknownPath(operation), [
          ...lines,
          ...length,
          'connection: close',
        ])
        const text = await rawExchange(appliance.origin, [request, length.length === 0 ? '' : body])
        return answersIn(text).length === 0
          ? `${operation.id}: no answer with ${lines.join()}`
          : rawFault(`${operation.id} with ${lines.join()}`, text, false)
      }),
    )
    expectNone(await findings(jobs))
  })

  it('that lies about its length, or is chunked badly, does no harm', async () => {
    const bad: [string[], string][] = [
      [['content-length: 99999999999999999999'], '{}'],
      [['content-length: -1'], '{}'],
      [['content-length: abc'], '{}'],
      [['content-length: 2', 'content-length: 5'], '{}xyz'],
      [['content-length: 2', 'transfer-encoding: chunked'], '0\r\n\r\n'],
      [['transfer-encoding: chunked'], 'zz\r\n{}\r\n0\r\n\r\n'],
      [['transfer-encoding: nonsense'], '{}'],
      [['expect: nonsense', 'content-length: 2'], '{}'],
    ]
    const jobs = WITH_BODY.flatMap((operation) =>
      bad.map(([lines, body]) => async () => {
        const type = operation.form === undefined ? 'application/json' : 'multipart/form-data; boundary=x'
        const request = head(operation.method, unknownPath(operation), [
          `content-type: ${type}`,
          ...lines,
          'connection: close',
        ])
        const text = await rawExchange(appliance.origin, [request, body], (so) => answersIn(so).length > 0)
        return rawFault(`${operation.id} with ${lines.join()}`, text, false)
      }),
    )
    expectNone(await findings(jobs))
  })

  it('that is cut off does no harm', async () => {
    const jobs = WITH_BODY.flatMap((operation) =>
      ['application/json', 'multipart/form-data; boundary=x'].map((type) => async () => {
        const lines = [`content-type: ${type}`, 'content-length: 5000']
        const part = type.startsWith('multipart')
          ? '--x\r\ncontent-disposition: form-data; name="fi'
          : '{"content": "Ha'
        await cutOff(appliance.origin, head(operation.method, pathOf(operation), lines) + part)
        const chunked = head(operation.method, pathOf(operation), [
          `content-type: ${type}`,
          'transfer-encoding: chunked',
        ])
        await cutOff(appliance.origin, `${chunked}fffffff\r\n${part}`)
        return undefined
      }),
    )
    expectNone(await findings(jobs))
    expect((await told(`${appliance.origin}/livez`, 'get', {})).status).toBe(200)
  })

  it('behind others on the same connection gets its own answer, in order', async () => {
    const list = head('GET', '/api/v1/assistants/?limit=1')
    const missing = head('GET', `/api/v1/sessions/${randomUUID()}`)
    const broken = `${head('POST', '/api/v1/assistants/', ['content-type: application/json', 'content-length: 1'])}{`
    const last = head('GET', '/api/v1/assistants/?limit=1', ['connection: close'])
    const text = await rawExchange(appliance.origin, [list + missing + broken + last])
    expect(answersIn(text).map(({ status }) => status)).toEqual([200, 404, 400, 200])
  })

  it('of which a part is never sent leaves the others alone', async () => {
    const beginning = head('POST', '/api/v1/assistants/', [
      'content-type: application/json',
      'content-length: 50',
    ])
    const letGo = await holdOpen(appliance.origin, `${beginning}{`)
    for (const { id, path, method } of WITHOUT_STREAM.filter(
      ({ method, tag }) => method === 'get' && tag !== 'system',
    )) {
      const answer = await told(appliance.origin + filled(path, randomUUID()), method, appliance.keys)
      expect(fault(path, answer), id).toBeUndefined()
    }
    letGo()
  })
})

describe('an upload', () => {
  const upload = (raw: FormData) =>
    told(`${appliance.origin}/api/v1/knowledge/files/`, 'post', appliance.keys, raw)
  const form = (fields: Record<string, string | File>) => {
    const raw = new FormData()
    for (const [name, value] of Object.entries(fields)) raw.append(name, value)
    return raw
  }

  it('that is too large is refused with 413', async () => {
    const answer = await upload(form({ file: new File([new Uint8Array(UPLOAD_LIMIT + 1)], 'a.txt') }))
    expect({ ...answer, wrong: fault('', answer) }).toMatchObject({ status: 413, wrong: undefined })
  })

  it('that is wrong in another way is refused or taken', async () => {
    const file = () => new File(['Hold the green button.'], 'a.txt')
    const forms = [
      form({}),
      form({ title: 'No file' }),
      form({ file: 'a text' }),
      form({ other: file() }),
      form({ file: file(), title: 'x'.repeat(70_000) }),
      form({ file: file(), assistant_ids: 'nonsense' }),
      form({ file: file(), ['x'.repeat(200)]: 'y' }),
      form({ file: new File([], 'empty.pdf') }),
      form({ file: new File(['x'], '../../etc/passwd\u0000.pdf') }),
      ...['\u0000', '\ud800', '<b>', 'ﷺ'].map((text) => form({ file: file(), title: text, file_type: text })),
    ]
    const jobs = forms.map((raw, at) => async () => {
      const answer = await upload(raw)
      const wrong = fault('', answer)
      return wrong && `form ${String(at)}: ${wrong}: ${answer.text}`
    })
    expectNone(await findings(jobs))
  })
})

it('the appliance is alive after all that', async () => {
  expect((await told(`${appliance.origin}/livez`, 'get', {})).status).toBe(200)
  const assistants = await told(`${appliance.origin}/api/v1/assistants/`, 'get', appliance.keys)
  expect(assistants.status).toBe(200)
})

/** A path about something that does not exist, so that nothing is changed by asking often. */
function unknownPath({ path }: Operation): string {
  return filled(path, randomUUID())
}

/** Whether a request to one path could be one to the other. */
function sameShape(one: string, other: string): boolean {
  const [a, b] = [one, other].map((path) => path.replace(/\/$/, '').split('/'))
  return (
    a!.length === b!.length &&
    a!.every((part, at) => part === b![at] || part.startsWith('{') || b![at]!.startsWith('{'))
  )
}
