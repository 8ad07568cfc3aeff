import { Metadata } from '../../contract/common.js'
import { AppError } from '../../errors.js'

type Json = Record<string, unknown>

/**
 * What is there with what is sent laid over it (RFC 7396): null removes a key, objects within objects are laid over
 * alike, anything else, lists too, takes the place of what was there.
 * @param path the field that is to blame when the outcome is too large.
 * @throws AppError `invalid_input` when the outcome is larger than an object of the client's own may be.
 */
export function mergePatch(there: Json, sent: Json, path: string): Json {
  const merged = Metadata.safeParse(laidOver(there, sent))
  if (merged.success) return merged.data
  const message = `${merged.error.issues[0]?.message ?? 'is not valid'} together with what is there already.`
  throw new AppError('invalid_input', `${path} ${message}`, { fields: [{ path, message }] })
}

function laidOver(there: Json, sent: Json): Json {
  // @NOTE a map, since a key may be called `__proto__`.
  const merged = new Map(Object.entries(there))
  for (const [key, value] of Object.entries(sent)) {
    if (value === null) merged.delete(key)
    else if (isObject(value)) {
      const inner = merged.get(key)
      merged.set(key, laidOver(isObject(inner) ? inner : {}, value))
    } else merged.set(key, value)
  }
  return Object.fromEntries(merged)
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
