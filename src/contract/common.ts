import { z } from 'zod'

/** Nesting beyond this is refused: nobody means it, and it overflows recursive code later on. */
const MAX_DEPTH = 16
const MAX_METADATA_BYTES = 16 * 1024

/** The refusal of a value that is missing, or not what is wanted ("a UUID"). */
export function must(be: string) {
  return {
    error: (issue: { input?: unknown }) => (issue.input === undefined ? 'is required' : `must be ${be}`),
  }
}

/** An id in a path or body. */
export const Id = z.guid(must('a UUID'))

/** A field that may be left out; `null` says the same, since many clients send it for "nothing". */
export function optional<T extends z.ZodType>(schema: T) {
  return schema
    .nullish()
    .transform((value) => value ?? undefined)
    .optional()
}

/** Text of at most `max` UTF-16 code units. Lone surrogates, which UTF-8 cannot hold, become U+FFFD. */
export function text(max: number) {
  return z
    .string(must('text'))
    .max(max, `must have at most ${String(max)} characters`)
    .overwrite((value) => value.toWellFormed())
}

/** Text that says something: more than white space. */
export function filledText(max: number) {
  return text(max).refine((value) => value.trim() !== '', 'must not be empty')
}

/** A BCP 47 language tag such as `fr`, `en-GB` or `zh-Hant`. */
export const LanguageTag = z
  .string(must('text'))
  .regex(/^[A-Za-z]{2,3}([-_][A-Za-z0-9]{1,8})*$/, 'must be a language tag such as "fr" or "en-GB"')
  .max(35, 'must have at most 35 characters')
  .meta({
    description: 'A language tag such as `fr` or `en-GB`.',
    description_fr: 'Une étiquette de langue comme `fr` ou `en-GB`.',
  })

/** A free JSON object of the client's own: kept, returned, never interpreted. */
export const Metadata = z
  .record(z.string(), z.unknown(), must('an object'))
  .refine((value) => depth(value) <= MAX_DEPTH, {
    error: `must not be nested deeper than ${String(MAX_DEPTH)} levels`,
    // @NOTE the next check would run out of stack.
    abort: true,
  })
  .refine(
    (value) => new TextEncoder().encode(JSON.stringify(value)).length <= MAX_METADATA_BYTES,
    `must not be larger than ${String(MAX_METADATA_BYTES)} bytes`,
  )
  .meta({
    description: 'Anything of your own; kept and given back, never interpreted. At most 16 KB.',
    description_fr: 'Tout ce que vous voulez ; conservé et rendu, jamais interprété. Au plus 16 Ko.',
  })

function depth(value: unknown): number {
  let level: unknown[] = [value]
  let count = 0
  while (level.length > 0 && count <= MAX_DEPTH + 1) {
    count += 1
    level = level.flatMap((item): unknown[] =>
      typeof item === 'object' && item !== null ? Object.values(item) : [],
    )
  }
  return count - 1
}

const whole = z.coerce.number(must('a number')).int('must be a whole number')

/** `?limit=&offset=` of every list. */
export const Paging = z.object({
  limit: whole
    .min(1, 'must be at least 1')
    .max(200, 'must be at most 200')
    .default(50)
    .meta({ description: 'How many entries at most.', description_fr: 'Combien d’éléments au plus.' }),
  offset: whole
    .min(0, 'must not be negative')
    .max(Number.MAX_SAFE_INTEGER)
    .default(0)
    .meta({ description: 'How many entries to skip.', description_fr: 'Combien d’éléments sauter.' }),
})

export type Paging = z.infer<typeof Paging>

/** `?sort=` of lists that are read from either end. */
export const Sort = z.enum(['newest', 'oldest'], must('"newest" or "oldest"'))

/** One page of a list, with what is needed to ask for the next. */
export interface Page<T> {
  rows: T[]
  total: number
}

/** A moment, ISO 8601 in UTC. */
export const Timestamp = z.iso.datetime()
