import { fields, list, number, text, type Json } from './json.js'

/** Smallest and largest; null = no bound. */
export interface Range {
  least: number | null
  most: number | null
}

export interface Property {
  name: string
  required: boolean
  schema: Json
}

/** A schema as a person reads it, with what it refers to looked up. */
export interface Shape {
  /** A JSON type, or `map` (any names, all values alike), `choice` (of `variants`), `any`. */
  kind: string
  /** What the schema is called; empty where it has no name. */
  name: string
  format: string
  nullable: boolean
  /** The only values there are; empty where others are possible. */
  values: unknown[]
  /** Undefined where there is none. */
  fallback: unknown
  description: string
  characters: Range
  range: Range
  count: Range
  pattern: string
  properties: Property[]
  /** What a list's entries, or a map's values, are like. */
  items: Json | null
  variants: Json[]
}

const REF = '#/components/schemas/'
const DEEPEST = 20

/** Reads a JSON schema: references, `allOf`, "or null" and choices between constants become one shape. */
export function readShape(given: Json, schemas: Json): Shape {
  const { schema, name } = resolve(given, schemas)
  const { variants, nullable } = alternatives(schema)
  const [only] = variants
  if (variants.length === 1 && only !== undefined) {
    const inner = readShape(only, schemas)
    return {
      ...inner,
      name: inner.name || name,
      nullable: inner.nullable || nullable,
      fallback: schema['default'] ?? inner.fallback,
      description: text(schema['description']) || inner.description,
    }
  }
  const read = variants.map((variant) => readShape(variant, schemas))
  if (read.length > 1 && read.every(({ values }) => values.length > 0)) {
    const values = read.flatMap((shape) => shape.values)
    return { ...plainShape(schema, name), kind: read[0]?.kind ?? 'any', nullable, values }
  }
  if (variants.length > 0) return { ...plainShape(schema, name), kind: 'choice', nullable, variants }
  const shape = plainShape(schema, name)
  return { ...shape, nullable: nullable || shape.nullable }
}

/** Follows references and puts the parts of `allOf` together; what stands beside them wins. */
function resolve(given: Json, schemas: Json): { schema: Json; name: string } {
  let schema = given
  let name = ''
  for (let depth = 0; depth < DEEPEST; depth += 1) {
    const { $ref, allOf, ...rest } = schema
    if (typeof $ref === 'string') {
      name ||= $ref.replace(REF, '')
      schema = { ...fields(schemas[$ref.replace(REF, '')]), ...rest }
    } else if (Array.isArray(allOf)) {
      const parts = allOf.map((part) => resolve(fields(part), schemas))
      name ||= parts.length === 1 ? (parts[0]?.name ?? '') : ''
      schema = { ...joined(parts.map((part) => part.schema)), ...rest }
    } else break
  }
  return { schema, name }
}

function joined(parts: Json[]): Json {
  const properties = Object.assign({}, ...parts.map((part) => fields(part['properties']))) as Json
  const required = parts.flatMap((part) => list(part['required']))
  return { ...(Object.assign({}, ...parts) as Json), properties, required }
}

/** The members of `anyOf` and `oneOf` that are not null, and whether null is one. */
function alternatives(schema: Json): { variants: Json[]; nullable: boolean } {
  const all = [...list(schema['anyOf']), ...list(schema['oneOf'])].map(fields)
  const variants = all.filter(({ type }) => type !== 'null')
  return { variants, nullable: variants.length < all.length }
}

function plainShape(schema: Json, name: string): Shape {
  const types = [schema['type']].flat().map(text)
  const [type = ''] = types.filter((each) => each !== 'null')
  const properties = readProperties(schema)
  const values = fields(schema['additionalProperties'])
  const isMap = type === 'object' && properties.length === 0 && 'additionalProperties' in schema
  const kind = isMap && schema['additionalProperties'] !== false ? 'map' : type
  const constants = 'const' in schema ? [schema['const']] : list(schema['enum'])
  const format = text(schema['format'])
  return {
    kind: kind || (types.includes('null') ? 'null' : properties.length > 0 ? 'object' : 'any'),
    name,
    format,
    nullable: types.includes('null') && type !== '',
    values: constants,
    fallback: schema['default'],
    description: text(schema['description']),
    characters: rangeOf(schema, 'minLength', 'maxLength'),
    range: rangeOf(schema, 'minimum', 'maximum'),
    count: rangeOf(schema, 'minItems', 'maxItems'),
    // @NOTE a format says the same in a word.
    pattern: format === '' ? text(schema['pattern']) : '',
    properties,
    items: kind === 'array' ? fields(schema['items']) : kind === 'map' ? values : null,
    variants: [],
  }
}

function readProperties(schema: Json): Property[] {
  const required = list(schema['required'])
  return Object.entries(fields(schema['properties'])).map(([name, value]) => ({
    name,
    required: required.includes(name),
    schema: fields(value),
  }))
}

/** Bounds that only say "a number that a double can hold" are none. */
function rangeOf(schema: Json, least: string, most: string): Range {
  const bound = (name: string) => {
    const value = number(schema[name])
    return value === null || Math.abs(value) >= Number.MAX_SAFE_INTEGER ? null : value
  }
  return { least: bound(least), most: bound(most) }
}
