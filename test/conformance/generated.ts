import { z } from 'zod'
import type { Operation } from '#src/contract/operation.js'

/** What an organization has. A key is named by its client_id; a reference is its own name for a person or a visitor. */
export type Thing =
  | 'assistant'
  | 'session'
  | 'conversation'
  | 'message'
  | 'context'
  | 'file'
  | 'qa'
  | 'url'
  | 'passage'
  | 'widgetConfig'
  | 'unanswered'
  | 'feedback'
  | 'key'
  | 'reference'

/** One id of each. */
export type Things = Record<Thing, string>

/** What the id in a path names; the first that fits. */
const IN_PATHS: [RegExp, Thing][] = [
  [/\/(?:assistants|agents)\/\{/, 'assistant'],
  [/\/sessions\/\{/, 'session'],
  [/\/conversations\/\{/, 'conversation'],
  [/\/messages?\/\{/, 'message'],
  [/\/contexts\/\{/, 'context'],
  [/\/knowledge\/files\/\{/, 'file'],
  [/\/knowledge\/qas?\/\{/, 'qa'],
  [/\/knowledge\/urls\/\{/, 'url'],
  [/\/knowledge\/passages\/\{/, 'passage'],
  [/\/knowledge\/\{/, 'qa'],
  [/\/widget-configs?\/\{/, 'widgetConfig'],
  [/\/unanswered\/\{/, 'unanswered'],
  [/\/feedback\/\{/, 'feedback'],
  [/\/keys\/\{/, 'key'],
]

/** What a field of a body or a query names. */
const IN_FIELDS: Record<string, Thing> = {
  assistant_id: 'assistant',
  assistant_ids: 'assistant',
  assistant: 'assistant',
  session_id: 'session',
  conversation_id: 'conversation',
  include: 'qa',
  exclude: 'qa',
  user_context_id: 'context',
  customer_id: 'reference',
  visitor_id: 'reference',
  user_reference: 'reference',
}

/** A part of a JSON schema. */
export interface JsonSchema {
  type?: string | string[]
  properties?: Record<string, JsonSchema>
  required?: string[]
  anyOf?: JsonSchema[]
  oneOf?: JsonSchema[]
  allOf?: JsonSchema[]
  items?: JsonSchema
  enum?: unknown[]
  const?: unknown
  pattern?: string
  format?: string
}

/** The schema of a body or a query as those who send it read it. */
export function schemaOf(schema: z.ZodType | undefined): JsonSchema {
  return schema === undefined
    ? {}
    : (z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema)
}

/** The fields of a body or a query. */
export function fieldsOf(schema: z.ZodType | undefined): [string, JsonSchema][] {
  return Object.entries(schemaOf(schema).properties ?? {})
}

/** What the id in the operation's path names; undefined where there is none. */
export function thingInPath(path: string): Thing | undefined {
  if (!path.includes('{')) return undefined
  const thing = IN_PATHS.find(([pattern]) => pattern.test(path))?.[1]
  if (thing === undefined) throw new Error(`The tests do not know what the id in ${path} names.`)
  return thing
}

/** What a field names, if it names anything. */
export function thingInField(operation: Operation, name: string): Thing | undefined {
  // "include" is a switch of a list elsewhere.
  if (name === 'include' && !operation.path.endsWith('/knowledge')) return undefined
  return IN_FIELDS[name]
}

/** The path with an id put in. */
export function filled(path: string, id: string): string {
  return path.replace(/\{\w+\}/g, encodeURIComponent(id))
}

/** A body that the operation takes, about these things; undefined where it takes none. */
export function bodyOf(operation: Operation, things: Things): Record<string, unknown> | undefined {
  if (operation.body === undefined) return undefined
  const example = (operation.example ?? {}) as Record<string, unknown>
  const given = Object.entries(example).map(([name, value]): [string, unknown] => {
    const thing = thingInField(operation, name)
    if (thing === undefined || thing === 'reference') return [name, value]
    return [name, Array.isArray(value) ? value.map(() => things[thing]) : things[thing]]
  })
  return Object.fromEntries(given)
}

/** The kinds of JSON values that a schema takes; "null" counts for fields that may be left out. */
export function takes({ type, anyOf, oneOf, allOf, enum: values, const: value }: JsonSchema): Set<string> {
  if (anyOf ?? oneOf) return new Set([...(anyOf ?? oneOf ?? [])].flatMap((each) => [...takes(each)]))
  if (allOf) return new Set(allOf.flatMap((each) => [...takes(each)]))
  if (values ?? value)
    return new Set((values ?? [value]).map((each) => (each === null ? 'null' : typeof each)))
  if (type === undefined) return new Set(['null', 'string', 'number', 'boolean', 'array', 'object'])
  return new Set([type].flat().map((each) => (each === 'integer' ? 'number' : each)))
}
