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
    detail: z
      .string()
      .meta({ description: 'One sentence for a person.', description_fr: 'Une phrase pour une personne.' }),
    code: z.string().meta({
      description: 'The failure’s name for programs.',
      description_fr: 'Le nom de l’erreur, pour les programmes.',
    }),
    data: z.object({ errors: z.array(z.object({ path: z.string(), message: z.string() })) }).nullable(),
  })
  .meta({ id: 'Failure' })

export type Failure = z.infer<typeof Failure>
