import { z } from 'zod'

/** What every successful answer is wrapped in. */
export function Success<T extends z.ZodType>(data: T) {
  return z.object({
    status: z.literal('success'),
    status_code: z.union([z.literal(200), z.literal(201), z.literal(202)]),
    detail: z.null(),
    data,
  })
}

/** What every refusal and failure looks like, whichever part of the server it comes from. */
export const Failure = z
  .object({
    status: z.literal('error'),
    status_code: z.int(),
    /** One sentence for a person. */
    detail: z.string(),
    /** The failure's name for programs. */
    code: z.string(),
    data: z.object({ errors: z.array(z.object({ path: z.string(), message: z.string() })) }).nullable(),
  })
  .meta({ id: 'Failure' })

export type Failure = z.infer<typeof Failure>
