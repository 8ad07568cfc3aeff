import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Operation } from '#src/contract/operation.js'
import { OPERATIONS } from '#src/contract/operations.js'
import type { Appliance } from '../helpers/appliance.js'
import {
  everyCredential,
  foundOrganization,
  PUBLIC,
  stillGoodToken,
  WORTHLESS,
  type CredentialKind,
  type Credentials,
} from './credentials.js'
import { furnish, startForAll } from './furnished.js'
import { bodyOf, fieldsOf, filled, thingInField, thingInPath, type Thing, type Things } from './generated.js'

/** In everything that the other organization has. */
const MARK = 'zebrafish'

let appliance: Appliance
let own: Things
let theirs: Things
let theirKeys: Record<string, string>
let credentials: Credentials
let theirView: string
beforeAll(async () => {
  appliance = await startForAll()
  theirKeys = await foundOrganization(appliance, 'the-others')
  own = await furnish(appliance, appliance.keys, 'kingfisher')
  theirs = await furnish(appliance, theirKeys, MARK)
  credentials = await everyCredential(appliance, own.assistant)
  theirView = await viewOf(theirs, theirKeys)
}, 60_000)
afterAll(() => appliance.stop())

const KINDS: CredentialKind[] = [
  ...WORTHLESS,
  ...PUBLIC,
  ...(['keys', 'keys narrowed to an assistant', 'keys narrowed to a scope', 'operator'] as const),
]
const ACCEPTS: [string, Record<string, string>][] = [
  ['JSON', {}],
  ['a stream', { accept: 'text/event-stream' }],
]

interface Told {
  status: number
  type: string
  text: string
}

/** Asks, and makes sure that what comes back tells nothing of the other organization that was not in the question. */
async function ask(
  kind: CredentialKind,
  method: string,
  path: string,
  body: Record<string, unknown> | undefined,
  more: Record<string, string> = {},
): Promise<Told> {
  const told = await raw(credentials[kind], method, path, body, more)
  const question = `${path} ${JSON.stringify(body ?? {})}`
  const named = Object.values(theirs).filter((id) => !question.includes(id))
  const words = question.includes(MARK) ? named : [...named, MARK]
  expect(
    words.filter((word) => told.text.includes(word)),
    `${kind}: ${method} ${path} told of the other organization: ${told.text.slice(0, 500)}`,
  ).toEqual([])
  return told
}

async function raw(
  headers: Record<string, string>,
  method: string,
  path: string,
  body: Record<string, unknown> | undefined,
  more: Record<string, string> = {},
): Promise<Told> {
  const response = await fetch(`${appliance.origin}${path}`, {
    method: method.toUpperCase(),
    redirect: 'manual',
    headers: { ...(body && { 'content-type': 'application/json' }), ...headers, ...more },
    ...(body && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(15_000),
  })
  return {
    status: response.status,
    type: response.headers.get('content-type') ?? '',
    text: await response.text(),
  }
}

/** What is left of an answer when ids, times and what was asked for are blanked. */
function blanked({ status, type, text }: Told, asked: string): Told {
  const blank = text
    .replaceAll(asked, '…')
    .replace(/[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}/gi, '…')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '…')
  return { status, type, text: blank }
}

function unknown(thing: Thing): string {
  return thing === 'key' || thing === 'reference' ? `nobody-${randomUUID().slice(0, 8)}` : randomUUID()
}

function isOpen({ access }: Operation): boolean {
  return access === 'public' || access === 'optional'
}

// What deletes goes last: it must find everything there.
const withId = OPERATIONS.flatMap((operation) =>
  [operation.path, ...(operation.aliases ?? [])].map((path) => ({ operation, path, id: operation.id })),
)
  .filter(({ path }) => path.includes('{'))
  .sort((a, b) => Number(a.operation.method === 'delete') - Number(b.operation.method === 'delete'))

describe('an id of another organization in a path', () => {
  it.each(withId)('is unknown to everybody: $id $path', async ({ operation, path }) => {
    const thing = thingInPath(path)!
    const body = bodyOf(operation, own)
    const forms = operation.events === undefined ? ACCEPTS.slice(0, 1) : ACCEPTS
    const formats = fieldsOf(operation.query).find(([name]) => name === 'format')?.[1].enum ?? ['']
    for (const kind of KINDS)
      for (const [, accept] of forms)
        for (const format of formats) {
          const query = format === '' ? '' : `?format=${String(format)}`
          const answerTo = async (id: string) =>
            blanked(await ask(kind, operation.method, filled(path, id) + query, body, accept), id)
          const answer = await answerTo(theirs[thing])
          expect(answer, kind).toEqual(await answerTo(unknown(thing)))
          expect(answer.status, `${kind}: ${answer.text}`).toBe(refusalFor(operation, kind) ?? answer.status)
          if (!isOpen(operation)) expect(answer.status, `${kind}: ${answer.text}`).toBeGreaterThanOrEqual(400)
        }
  })

  it.each(withId.filter(({ path }) => path.includes('/contexts/')))(
    'is unknown by its own name too: $id',
    async ({ operation, path }) => {
      const name = async (id: string) =>
        blanked(await ask('keys', operation.method, filled(path, id), bodyOf(operation, own)), id)
      expect(await name(theirs.reference)).toEqual(await name(unknown('reference')))
    },
  )
})

/** What credentials are refused with wherever they are shown; undefined where it depends on what is asked for. */
function refusalFor({ access, path }: Operation, kind: CredentialKind): number | undefined {
  if (access === 'public' || access === 'optional') return undefined
  if (WORTHLESS.includes(kind)) return 401
  if (access === 'key' && PUBLIC.includes(kind)) return 403
  return (kind === 'keys' || kind === 'operator') && path.includes('{') ? 404 : undefined
}

const withFields = OPERATIONS.flatMap((operation) =>
  (['body', 'query'] as const).flatMap((where) =>
    fieldsOf(operation[where]).flatMap(([field, schema]) => {
      const thing = thingInField(operation, field)
      // @NOTE an organization gives its people whatever names it likes, also those that another one has given.
      const isName = thing === 'reference' && where === 'body'
      return thing === undefined || isName
        ? []
        : [{ operation, where, field, schema, thing, id: operation.id }]
    }),
  ),
)

describe('an id of another organization in a field', () => {
  it.each(withFields)(
    'is like an unknown one: $id, $field in its $where',
    async ({ operation, where, field, thing, schema }) => {
      const inPath = thingInPath(operation.path)
      const isList = JSON.stringify(schema).includes('"array"')
      for (const kind of KINDS)
        for (const of of thing === 'context' ? (['context', 'reference'] as const) : [thing]) {
          const answerTo = async (id: string) => {
            const path = inPath === undefined ? operation.path : filled(operation.path, own[inPath])
            const given = {
              ...bodyOf(operation, own),
              ...(where === 'body' && { [field]: isList ? [id] : id }),
            }
            const body = operation.body === undefined ? undefined : given
            const query = where === 'query' ? queryWith(operation, field, id) : ''
            return blanked(await ask(kind, operation.method, path + query, body), id)
          }
          expect(await answerTo(theirs[of]), kind).toEqual(await answerTo(unknown(of)))
        }
    },
  )
})

/** A query in which one field names the id, and everything else that is required is there. */
function queryWith(operation: Operation, field: string, id: string): string {
  const query = new URLSearchParams({ q: 'reset', [field]: id })
  const known = new Set(fieldsOf(operation.query).map(([name]) => name))
  for (const name of [...query.keys()]) if (!known.has(name)) query.delete(name)
  return `?${query.toString()}`
}

describe('without an id', () => {
  const plain = OPERATIONS.filter(({ path, access }) => !path.includes('{') && access !== 'public')

  it.each(plain.map((operation) => ({ operation, id: operation.id })))(
    '$id tells nothing of another organization, and nothing to those who may not ask',
    async ({ operation }) => {
      for (const kind of KINDS) {
        if (operation.form !== undefined && !WORTHLESS.includes(kind)) continue
        if (Object.keys(operation.answers).length === 0 && !WORTHLESS.includes(kind)) continue
        const limit = fieldsOf(operation.query).some(([name]) => name === 'limit') ? '?limit=200' : ''
        const answer = await ask(kind, operation.method, operation.path + limit, bodyOf(operation, own))
        const expected = refusalFor(operation, kind)
        if (expected !== undefined) expect(answer.status, `${kind}: ${answer.text}`).toBe(expected)
      }
    },
  )
})

describe('after all that', () => {
  it('everything of the other organization is as it was', async () => {
    expect(await viewOf(theirs, theirKeys)).toBe(theirView)
  })

  it('a token like the expired one is let in as long as it lasts', async () => {
    const answer = await raw(stillGoodToken(appliance), 'get', '/api/v1/assistants/', undefined)
    expect(answer.status).toBe(200)
  })
})

it('events tell of the own sources alone', async () => {
  const leaving = new AbortController()
  const response = await fetch(`${appliance.origin}/api/v1/knowledge/events`, {
    headers: appliance.keys,
    signal: AbortSignal.any([leaving.signal, AbortSignal.timeout(15_000)]),
  })
  expect(response.status).toBe(200)
  const tags = { tags: ['seen'] }
  const changed = [
    await raw(theirKeys, 'patch', `/api/v1/knowledge/${theirs.qa}`, tags),
    await raw(appliance.keys, 'patch', `/api/v1/knowledge/${own.qa}`, tags),
  ]
  expect(changed.map(({ status }) => status)).toEqual([200, 200])
  const text = await untilTold(response, own.qa)
  leaving.abort()
  const told = [...text.matchAll(/"id":"([^"]+)"/g)].map(([, source]) => source)
  expect(new Set(told)).toEqual(new Set([own.qa]))
})

/** Reads a stream until it tells of an id. */
async function untilTold(response: Response, id: string): Promise<string> {
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  while (!text.includes(id)) {
    const { done, value } = await reader.read()
    if (done) throw new Error(`The stream ended before it told of ${id}: ${text}`)
    text += value
  }
  return text
}

/** All that an organization can read of itself, but for what reading changes. */
async function viewOf(things: Things, keys: Record<string, string>): Promise<string> {
  const readable = OPERATIONS.filter(
    ({ method, path, answers, tag }) =>
      method === 'get' &&
      path.startsWith('/api/v1') &&
      Object.keys(answers).length > 0 &&
      tag !== 'system' &&
      (tag !== 'analytics' || path.includes('unanswered')),
  )
  const parts: string[] = []
  for (const operation of readable) {
    const thing = thingInPath(operation.path)
    const path = thing === undefined ? operation.path : filled(operation.path, things[thing])
    const query = operation.id === 'searchWidget' ? `?assistant_id=${things.assistant}&q=reset` : ''
    const { status, text } = await raw(keys, 'get', path + query, undefined)
    expect({ path, status, text }).toMatchObject({ status: 200 })
    parts.push(`${path} ${text.replace(/"(?:last_used_at|exported_at)":(?:"[^"]*"|null)/g, '')}`)
  }
  return parts.join('\n')
}
