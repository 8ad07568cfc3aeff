import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Operation } from '#src/contract/operation.js'
import { OPERATIONS } from '#src/contract/operations.js'
import type { Appliance } from '../helpers/appliance.js'
import { furnish, startForAll } from './furnished.js'
import {
  bodyOf,
  fieldsOf,
  filled,
  thingInField,
  thingInPath,
  type JsonSchema,
  type Things,
} from './generated.js'
import { naughtyStrings } from './naughty-strings.js'
import { expectNone, fault, findings, told } from './verdict.js'

const JSON_LIMIT = 256 * 1024
const STRINGS = naughtyStrings()

let appliance: Appliance
let things: Things
let keys: Record<string, string>
beforeAll(async () => {
  appliance = await startForAll({ MAX_UPLOAD_MB: '1' })
  things = await furnish(appliance, appliance.keys, 'heron')
  keys = { ...appliance.keys, 'content-type': 'application/json' }
}, 60_000)
afterAll(() => appliance.stop())

/** What takes a body, and can be asked again and again. */
const WITH_BODY = OPERATIONS.filter(({ body }) => body !== undefined)
const WITH_QUERY = OPERATIONS.filter(({ query, events }) => query !== undefined && events === undefined)
const WITH_ID = OPERATIONS.filter(({ path }) => path.includes('{'))

function urlOf({ path }: Operation): string {
  const thing = thingInPath(path)
  return appliance.origin + (thing === undefined ? path : filled(path, things[thing]))
}

/** Sends a body, and says what is wrong with the answer. */
async function tried(operation: Operation, body: string, headers = keys): Promise<string | undefined> {
  const answer = await told(urlOf(operation), operation.method, headers, body)
  const wrong = fault(operation.path, answer)
  return wrong && `${operation.id}: ${wrong} for ${body.slice(0, 300)}: ${answer.text.slice(0, 300)}`
}

/** The kinds of JSON values that a schema takes; "null" counts for fields that may be left out. */
function takes({ type, anyOf, oneOf, allOf, enum: values, const: value }: JsonSchema): Set<string> {
  if (anyOf ?? oneOf) return new Set([...(anyOf ?? oneOf ?? [])].flatMap((each) => [...takes(each)]))
  if (allOf) return new Set(allOf.flatMap((each) => [...takes(each)]))
  if (values ?? value)
    return new Set((values ?? [value]).map((each) => (each === null ? 'null' : typeof each)))
  if (type === undefined) return new Set(['null', 'string', 'number', 'boolean', 'array', 'object'])
  return new Set([type].flat().map((each) => (each === 'integer' ? 'number' : each)))
}

const VALUES: Record<string, unknown[]> = {
  string: ['text', ''],
  number: [1, -1.5, 1e308, Number.MAX_SAFE_INTEGER],
  boolean: [true],
  array: [[], [null, [1]], [{}]],
  object: [{}, { a: { b: [] } }],
  null: [null],
}

describe('a body', () => {
  it('that is no JSON is refused', async () => {
    const broken = ['', '{', '{"a":', 'null', '[]', '"text"', '{"a":1}}', "{'a':1}", '\u0000', '{"a":NaN}']
    const jobs = WITH_BODY.flatMap((operation) =>
      broken.map((body) => async () => {
        const answer = await told(urlOf(operation), operation.method, keys, body)
        const wrong = fault(operation.path, answer)
        // No body at all counts as an empty object.
        const isTaken = answer.status < 400 && body !== ''
        if (wrong === undefined && !isTaken) return undefined
        return `${operation.id}: ${wrong ?? 'taken'} for ${JSON.stringify(body)}: ${answer.text.slice(0, 200)}`
      }),
    )
    expectNone(await findings(jobs))
  })

  it('with a field of the wrong type is refused with 422, and the field is named', async () => {
    const jobs = WITH_BODY.flatMap((operation) =>
      fieldsOf(operation.body).flatMap(([field, schema]) => {
        const good = takes(schema)
        const bad = Object.entries(VALUES).filter(([type]) => !good.has(type))
        return bad.flatMap(([, values]) =>
          values.map((value) => async () => {
            const body = JSON.stringify({ ...bodyOf(operation, things), [field]: value })
            const answer = await told(urlOf(operation), operation.method, keys, body)
            const wrong = fault(operation.path, answer)
            const named = answer.status === 422 && answer.text.includes(`"path":"${field}`)
            if (wrong === undefined && named) return undefined
            return `${operation.id}: ${wrong ?? 'field not named'} for ${field}=${JSON.stringify(value)}: ${String(answer.status)} ${answer.text.slice(0, 200)}`
          }),
        )
      }),
    )
    expect(jobs.length).toBeGreaterThan(100)
    expectNone(await findings(jobs))
  })

  it('with odd values of the right type is answered', async () => {
    const jobs = WITH_BODY.flatMap((operation) =>
      fieldsOf(operation.body).flatMap(([field, schema]) =>
        [...takes(schema)].flatMap((type) =>
          (VALUES[type] ?? []).map(
            (value) => () =>
              tried(operation, JSON.stringify({ ...bodyOf(operation, things), [field]: value })),
          ),
        ),
      ),
    )
    expectNone(await findings(jobs))
  })

  it('that is too large is refused with 413', async () => {
    const jobs = WITH_BODY.map((operation) => async () => {
      const body = JSON.stringify({ ...bodyOf(operation, things), filler: 'x'.repeat(JSON_LIMIT) })
      const answer = await told(urlOf(operation), operation.method, keys, body)
      const wrong = fault(operation.path, answer)
      return answer.status === 413 && wrong === undefined
        ? undefined
        : `${operation.id}: ${wrong ?? ''} ${String(answer.status)} ${answer.text.slice(0, 200)}`
    })
    expectNone(await findings(jobs))
  })

  it('that is nested deeply is answered', async () => {
    const deep = '['.repeat(50_000) + ']'.repeat(50_000)
    const objects = '{"a":'.repeat(20_000) + '1' + '}'.repeat(20_000)
    const jobs = WITH_BODY.flatMap((operation) => {
      const given = JSON.stringify(bodyOf(operation, things)).slice(0, -1)
      const rest = given === '{' ? '{' : `${given},`
      const fields = [...fieldsOf(operation.body).map(([name]) => name), 'unknown_field']
      return [
        () => tried(operation, deep),
        () => tried(operation, objects),
        ...fields.flatMap((field) => [
          () => tried(operation, `${rest}"${field}":${deep}}`),
          () => tried(operation, `${rest}"${field}":${objects}}`),
        ]),
      ]
    })
    expectNone(await findings(jobs))
  })

  it('with names that objects have anyway is answered', async () => {
    const raw = '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"toString":"x"'
    const jobs = WITH_BODY.map((operation) => () => {
      const given = JSON.stringify(bodyOf(operation, things)).slice(1)
      return tried(operation, given === '}' ? `${raw}}` : `${raw},${given}`)
    })
    expectNone(await findings(jobs))
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })

  it('of another kind than JSON is refused', async () => {
    const types = ['text/html', 'application/xml', 'application/json; charset=utf-7', 'nonsense', 'image/png']
    const jobs = WITH_BODY.flatMap((operation) => [
      ...types.map((type) => () => tried(operation, '{"a":1}', { ...keys, 'content-type': type })),
      () => tried(operation, '{}', { ...keys, 'content-encoding': 'gzip' }),
      () => tried(operation, '{}', { ...keys, 'content-encoding': 'nonsense' }),
    ])
    expectNone(await findings(jobs))
  })
})

/** Whether a field takes free text: no pattern, no list of values. */
function isText(schema: JsonSchema): boolean {
  if (schema.anyOf) return schema.anyOf.some(isText)
  return (
    schema.type === 'string' &&
    !schema.pattern &&
    !schema.format &&
    !schema.enum &&
    schema.const === undefined
  )
}

describe('troublesome strings', () => {
  it('in all fields of text at once are taken or refused', async () => {
    const jobs = WITH_BODY.flatMap((operation) => {
      const texts = fieldsOf(operation.body).filter(([, schema]) => isText(schema))
      const objects = fieldsOf(operation.body).filter(([name]) => /metadata|traits/.test(name))
      return STRINGS.map((string) => () => {
        const free = Object.fromEntries(texts.map(([name]) => [name, string]))
        const kept = Object.fromEntries(objects.map(([name]) => [name, { [string]: string }]))
        return tried(operation, JSON.stringify({ ...bodyOf(operation, things), ...free, ...kept }))
      })
    })
    expectNone(await findings(jobs))
  })

  it('in each field by itself are taken or refused', async () => {
    const jobs = WITH_BODY.flatMap((operation, row) =>
      fieldsOf(operation.body)
        .filter(([, schema]) => takes(schema).has('string'))
        .flatMap(([name], column) =>
          share(STRINGS, row + column).map(
            (string) => () =>
              tried(operation, JSON.stringify({ ...bodyOf(operation, things), [name]: string })),
          ),
        ),
    )
    expectNone(await findings(jobs))
  })

  it('in queries are taken or refused', async () => {
    const jobs = WITH_QUERY.flatMap((operation, row) => {
      const names = fieldsOf(operation.query).map(([name]) => name)
      const texts = names.filter((name) => /^(?:q|tag|user_reference|customer_id|visitor_id)$/.test(name))
      const asked = (query: URLSearchParams) => async () => {
        const url = `${urlOf(operation)}?${query.toString()}`
        const answer = await told(url, operation.method, appliance.keys)
        const wrong = fault(operation.path, answer)
        return (
          wrong &&
          `${operation.id}: ${wrong} for ?${query.toString().slice(0, 300)}: ${answer.text.slice(0, 300)}`
        )
      }
      const needed = names.flatMap((name): [string, string][] => {
        const thing =
          name === 'assistant_id' && operation.id === 'searchWidget'
            ? thingInField(operation, name)
            : undefined
        return thing === undefined ? [] : [[name, things[thing]]]
      })
      return [
        ...(texts.length === 0 ? [] : STRINGS).map((string) =>
          asked(
            new URLSearchParams([
              ...needed,
              ...texts.map((name) => [name, string.toWellFormed()] as [string, string]),
            ]),
          ),
        ),
        ...names.flatMap((name, column) =>
          share(STRINGS, row + column).map((string) =>
            asked(new URLSearchParams([[name, string.toWellFormed()]])),
          ),
        ),
        ...names.map((name) =>
          asked(
            new URLSearchParams([
              [name, '1'],
              [name, '2'],
              [`${name}[]`, '3'],
            ]),
          ),
        ),
      ]
    })
    expectNone(await findings(jobs))
  })

  it('in the place of ids are unknown', async () => {
    const jobs = WITH_ID.flatMap((operation, row) =>
      share(STRINGS, row).map((string) => async () => {
        // An empty id is another path, and dots are taken for folders by every client.
        const id = string.toWellFormed()
        if (/^\.{0,2}$/.test(id)) return undefined
        const body = bodyOf(operation, things)
        const url = appliance.origin + filled(operation.path, id)
        const answer = await told(url, operation.method, keys, body && JSON.stringify(body))
        const wrong = fault(operation.path, answer)
        // The tests before have told of people who are called so.
        const mayExist = operation.path.includes('/contexts/')
        if (wrong === undefined && (mayExist || answer.status >= 400)) return undefined
        return `${operation.id}: ${wrong ?? 'taken'} for ${JSON.stringify(id.slice(0, 100))}: ${String(answer.status)} ${answer.text.slice(0, 300)}`
      }),
    )
    expectNone(await findings(jobs))
  })
})

/** Every so-manieth of a long list, another part for each turn: together the turns send all of it. */
function share(strings: string[], turn: number): string[] {
  const parts = Math.ceil(strings.length / 26)
  return strings.filter((_, at) => at % parts === turn % parts)
}

it('the appliance is alive after all that', async () => {
  expect((await told(`${appliance.origin}/livez`, 'get', {})).status).toBe(200)
  const assistants = await told(`${appliance.origin}/api/v1/assistants/`, 'get', appliance.keys)
  expect(assistants.status).toBe(200)
})
