/** A JSON object whose fields are not known yet. */
export type Json = Record<string, unknown>

/** The fields of an object; of anything else, none. */
export function fields(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {}
}

/** A text; of anything else, the empty one. */
export function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** The entries of a list; of anything else, none. */
export function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}

/** A number; of anything else, nothing. */
export function number(value: unknown): number | null {
  return typeof value === 'number' ? value : null
}
