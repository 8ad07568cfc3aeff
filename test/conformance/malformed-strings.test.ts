import { afterAll, beforeAll, expect, it } from 'vitest'
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
  takes,
  type JsonSchema,
  type Things,
} from './generated.js'
import { naughtyStrings } from './naughty-strings.js'
import { expectNone, fault, findings, told } from './verdict.js'

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

it('troublesome strings in all fields of text at once are taken or refused', async () => {
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

it('troublesome strings in each field by itself are taken or refused', async () => {
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

it('troublesome strings in queries are taken or refused', async () => {
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
        name === 'assistant_id' && operation.id === 'searchWidget' ? thingInField(operation, name) : undefined
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

it('troublesome strings in the place of ids are unknown', async () => {
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
