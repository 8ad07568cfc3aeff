import type { Json } from './json.js'
import { readShape, type Shape } from './shape.js'

/** Deeper than this, a sample only hints at what there is. */
const DEEPEST = 6
const SAMPLES: Record<string, unknown> = {
  uuid: '550e8400-e29b-41d4-a716-446655440000',
  'date-time': '2026-01-15T09:30:00.000Z',
  date: '2026-01-15',
  uri: 'https://example.com/page',
  url: 'https://example.com/page',
  email: 'someone@example.com',
}

/** A value that fits a schema. `whole`: with every field; else with those that are required. */
export function sampleOf(schema: Json, schemas: Json, whole: boolean, depth = 0): unknown {
  const shape = readShape(schema, schemas)
  const [first] = shape.values
  if (first !== undefined) return first
  if (shape.fallback !== undefined) return shape.fallback
  const below = (inner: Json) => sampleOf(inner, schemas, whole, depth + 1)
  switch (shape.kind) {
    case 'object':
      return depth > DEEPEST ? {} : sampleObject(shape, whole, below)
    case 'map':
      return {}
    case 'array':
      return depth > DEEPEST || shape.items === null ? [] : [below(shape.items)]
    case 'choice':
      return below(shape.variants[0] ?? {})
    case 'null':
      return null
    default:
      return sampleScalar(shape)
  }
}

function sampleObject({ properties }: Shape, whole: boolean, below: (inner: Json) => unknown): Json {
  const shown = properties.filter(({ required }) => whole || required)
  return Object.fromEntries(shown.map(({ name, schema }) => [name, below(schema)]))
}

function sampleScalar({ kind, format, range }: Shape): unknown {
  if (kind === 'boolean') return true
  if (kind === 'integer' || kind === 'number') return Math.max(range.least ?? 1, 1)
  if (kind === 'string') return SAMPLES[format] ?? '…'
  return null
}
