import { z } from 'zod'
import { filledText, Id, Metadata, Paging, text, Timestamp } from './common.js'

const Reference = filledText(200).meta({
  description: 'Your own name for the person, such as a customer id.',
})
const Traits = Metadata.meta({
  description:
    'What an assistant may know of the person. Merged into what is there: null removes a key, objects within objects are merged alike, lists are replaced.',
})

/** `POST /contexts/`. */
export const NewContext = z.object({ user_reference: Reference, traits: Traits.default({}) })
export type NewContext = z.infer<typeof NewContext>

/** `PATCH /contexts/{id}`: what is absent stays as it is. */
export const ContextPatch = z.object({
  user_reference: Reference.exactOptional(),
  traits: Traits.exactOptional(),
})
export type ContextPatch = z.infer<typeof ContextPatch>

/** `GET /contexts/`. */
export const ContextQuery = Paging.extend({
  user_reference: text(200).optional(),
  q: text(200).optional().meta({ description: 'Found anywhere in the reference or the traits.' }),
})
export type ContextQuery = z.infer<typeof ContextQuery>

export const Context = z
  .object({
    id: Id,
    user_reference: z.string(),
    traits: z.record(z.string(), z.unknown()),
    created_at: Timestamp,
    updated_at: Timestamp,
  })
  .meta({ id: 'Context' })
export type Context = z.infer<typeof Context>
