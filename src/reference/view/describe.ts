import type { Json } from '../document/json.js'
import { readShape, type Range, type Shape } from '../document/shape.js'
import type { Words } from '../words/words.js'

/** What a value is, in a few words: `string (uuid) or null`, `list of Source`. */
export function typeOf(shape: Shape, schemas: Json, words: Words): string {
  const inner = (items: Json | null) => typeOf(readShape(items ?? {}, schemas), schemas, words)
  const plain = () => {
    if (shape.format === 'binary') return words.file
    switch (shape.kind) {
      case 'array':
        return words.listOf(inner(shape.items))
      case 'map':
        return isFree(shape, schemas) ? words.freeObject : words.mapOf(inner(shape.items))
      case 'choice':
        return shape.name || shape.variants.map(inner).join(` ${words.or} `)
      case 'any':
        return words.anything
      case 'object':
        return shape.name || 'object'
      default:
        return shape.format === '' ? shape.kind : `${shape.kind} (${shape.format})`
    }
  }
  return shape.nullable ? `${plain()} ${words.orNull}` : plain()
}

/** What else holds of a value: bounds, the values there are, the default. Code stands between backticks. */
export function boundsOf(shape: Shape, schemas: Json, words: Words): string[] {
  const { characters, range, count, pattern, values, fallback } = shape
  const entries = shape.kind === 'array' ? readShape(shape.items ?? {}, schemas).values : []
  const choice = values.length > 0 ? values : entries
  return [
    written(characters, words.characters),
    written(range, words.range),
    written(count, words.entries),
    ...(pattern === '' || shape.description !== '' ? [] : [`${words.pattern} \`${pattern}\``]),
    ...(choice.length === 0
      ? []
      : [`${choice.length === 1 ? words.always : words.values} ${choice.map(code).join(' ')}`]),
    ...(fallback === undefined ? [] : [`${words.fallback} ${code(fallback)}`]),
  ].filter((bound) => bound !== '')
}

/** Whether an object's values may be anything. */
function isFree({ items }: Shape, schemas: Json): boolean {
  return readShape(items ?? {}, schemas).kind === 'any'
}

function written({ least, most }: Range, say: Words['range']): string {
  if (least === null && most === null) return ''
  return say(least === null ? null : String(least), most === null ? null : String(most))
}

function code(value: unknown): string {
  return `\`${typeof value === 'string' ? value || '""' : JSON.stringify(value)}\``
}
