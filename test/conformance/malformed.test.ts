import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Operation } from '#src/contract/operation.js'
import { OPERATIONS } from '#src/contract/operations.js'
import type { Appliance } from '../helpers/appliance.js'
import { furnish, startForAll } from './furnished.js'
import { bodyOf, fieldsOf, filled, thingInPath, takes, type Things } from './generated.js'
import { expectNone, fault, findings, told } from './verdict.js'

const JSON_LIMIT = 256 * 1024

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

it('the appliance is alive after all that', async () => {
  expect((await told(`${appliance.origin}/livez`, 'get', {})).status).toBe(200)
  const assistants = await told(`${appliance.origin}/api/v1/assistants/`, 'get', appliance.keys)
  expect(assistants.status).toBe(200)
})
