import { describe, expect, it } from 'vitest'
import { Guichet } from 'guichet/client'
import { OPERATIONS } from '#src/contract/operations.js'
import type { Operation } from '#src/contract/operation.js'

type Method = (...args: unknown[]) => Promise<unknown>

const ID = '550e8400-e29b-41d4-a716-446655440000'

/** Methods that ask for more than an id and an object. */
const ARGUMENTS: Record<string, unknown[]> = {
  'auth.widgetToken': [{}, { embedOrigin: 'https://shop.example' }],
  'knowledge.files.upload': [new Blob(['x']), 'x.txt'],
}

/** Public, but a token may stand before them. */
const WITH_TOKEN = ['getMetrics']

/** Every method of a client, by its name from the root. */
function methodsOf(resource: object, prefix = ''): [string, Method][] {
  const prototype = Object.getPrototypeOf(resource) as object
  const names = [...Object.getOwnPropertyNames(resource), ...Object.getOwnPropertyNames(prototype)]
  return names
    .filter((name) => name !== 'transport' && name !== 'constructor')
    .flatMap((name): [string, Method][] => {
      const value = (resource as Record<string, unknown>)[name]
      const path = `${prefix}${name}`
      if (typeof value === 'object' && value !== null) return methodsOf(value, `${path}.`)
      return typeof value === 'function' ? [[path, (value as Method).bind(resource)]] : []
    })
}

const nameOf = (method: string, path: string) => `${method.toUpperCase()} ${path.replace(/\{\w+\}/g, '{}')}`
const DECLARED = new Map(OPERATIONS.map((operation) => [nameOf(operation.method, operation.path), operation]))

/** What an appliance could answer, and what the client should make of it. */
function answerOf(operation: Operation, accept: string | null): { sent: string; given: unknown } {
  const said = { of: operation.id }
  if (accept === 'text/event-stream') {
    const frame = { type: 'done', data: said }
    return { sent: `data: ${JSON.stringify(frame)}\n\n`, given: [frame] }
  }
  const [answer] = Object.values(operation.answers)
  if (answer?.kind === 'text') return { sent: operation.id, given: operation.id }
  if (answer?.kind === 'flat') return { sent: JSON.stringify(said), given: said }
  return {
    sent: JSON.stringify({ status: 'success', status_code: 200, detail: null, data: said }),
    given: said,
  }
}

async function wholeOf(result: unknown): Promise<unknown> {
  if (typeof result !== 'object' || result === null || !(Symbol.asyncIterator in result)) return result
  const all: unknown[] = []
  for await (const one of result as AsyncIterable<unknown>) all.push(one)
  return all
}

/** Calls one method; what it asked for, and whether it gave back what was answered. */
async function call(name: string) {
  const requests: { name: string; headers: Headers }[] = []
  let given: unknown
  const client = new Guichet({
    baseUrl: 'http://appliance.invalid',
    credentials: { token: 'the token' },
    fetch: (input: unknown, init) => {
      const headers = new Headers(init?.headers)
      const path = new URL(String(input)).pathname.replace(ID, '{}')
      const request = { name: nameOf(init?.method ?? '', path), headers }
      requests.push(request)
      const operation = DECLARED.get(request.name)
      if (operation === undefined) return Promise.resolve(new Response('{}', { status: 404 }))
      const answer = answerOf(operation, headers.get('Accept'))
      given = answer.given
      return Promise.resolve(new Response(answer.sent))
    },
  })
  const method = new Map(methodsOf(client)).get(name)
  // @NOTE a method without an id takes this one for its input, which nobody reads here.
  const result = await wholeOf(await method?.(...(ARGUMENTS[name] ?? [ID, {}])))
  return { requests, result, given }
}

const METHODS = methodsOf(new Guichet({ baseUrl: '' })).map(([name]) => name)

describe('the client', () => {
  it.each(METHODS)('%s asks for one endpoint, in the way that is declared', async (name) => {
    const { requests, result, given } = await call(name)
    expect(requests).toHaveLength(1)
    const [{ name: asked, headers } = { name: '', headers: new Headers() }] = requests
    const operation = DECLARED.get(asked)
    expect(operation, asked).toBeDefined()
    expect(result).toEqual(given)
    expect(headers.has('Idempotency-Key')).toBe(operation?.idempotent === true)
    const isBare = operation?.access === 'public' && !WITH_TOKEN.includes(operation.id)
    expect(headers.get('Authorization')).toBe(isBare ? null : 'Bearer the token')
  })

  it('leaves no endpoint out', async () => {
    const calls = await Promise.all(METHODS.map(call))
    const asked = new Set(calls.flatMap(({ requests }) => requests.map(({ name }) => name)))
    expect([...asked].sort()).toEqual([...DECLARED.keys()].sort())
  })
})
