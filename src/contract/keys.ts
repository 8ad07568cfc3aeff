import { z } from 'zod'
import { filledText, Id, must, optional, Timestamp } from './common.js'
import { ALL_SCOPES } from './operation.js'
import { WebOrigin } from './origins.js'

/** A week, in seconds: long enough for every server of an organization to be given its new secret. */
const MAX_GRACE_SECONDS = 604_800
const MAX_ENTRIES = 100

/** The public id of a client, as it is sent in X-API-Key and stands in paths. */
export const ClientId = z.string().regex(/^[A-Za-z0-9_.-]{1,128}$/)

/** What a key may be allowed to do: `*` is everything, also what comes later. */
export const KeyScope = z.enum(
  ['*', ...ALL_SCOPES],
  must('"*" or an area with what it may do there, such as "knowledge:write"'),
)
export type KeyScope = z.infer<typeof KeyScope>

function listOf<T extends z.ZodType<string>>(item: T) {
  return z
    .array(item, must('a list of texts'))
    .max(MAX_ENTRIES, `must have at most ${String(MAX_ENTRIES)} entries`)
    .transform((entries) => [...new Set(entries)])
}

const fields = {
  name: filledText(200),
  allowed_origins: listOf(WebOrigin).meta({
    description: 'The sites its widget tokens may be asked from; [] = any site.',
  }),
  scopes: listOf(KeyScope).meta({
    description: 'What its key and secret may do. "*" = everything, [] = nothing but making widget tokens.',
  }),
  assistant_ids: listOf(Id).meta({
    description: 'The only assistants it may use, with keys and tokens alike; [] = all.',
  }),
}

/** `POST /keys/`: only the name is required. */
export const NewKey = z.object({
  name: fields.name,
  allowed_origins: optional(fields.allowed_origins),
  scopes: optional(fields.scopes),
  assistant_ids: optional(fields.assistant_ids),
})
export type NewKey = z.infer<typeof NewKey>

/** `PATCH /keys/{client_id}`: what is absent stays as it is. */
export const KeyPatch = z.object({
  name: fields.name.exactOptional(),
  allowed_origins: fields.allowed_origins.exactOptional(),
  scopes: fields.scopes.exactOptional(),
  assistant_ids: fields.assistant_ids.exactOptional(),
})
export type KeyPatch = z.infer<typeof KeyPatch>

/** `POST /keys/{client_id}/rotate`. */
export const KeyRotation = z.object({
  grace_seconds: optional(
    z
      .int(must('a whole number of seconds'))
      .min(0, 'must not be negative')
      .max(MAX_GRACE_SECONDS, `must be at most ${String(MAX_GRACE_SECONDS)} (seven days)`),
  ).meta({ description: 'For how long the secret before is taken as well; 0 ends it at once.' }),
})
export type KeyRotation = z.infer<typeof KeyRotation>

const known = {
  client_id: ClientId,
  name: z.string(),
  allowed_origins: z.array(z.string()),
  scopes: z.array(z.string()),
  assistant_ids: z.array(z.string()),
  created_at: Timestamp,
  last_used_at: Timestamp.nullable().meta({ description: 'To the minute; null = never.' }),
  previous_secret_until: Timestamp.nullable().meta({
    description: 'After a rotation with a grace period: until when the secret before is taken.',
  }),
}

/** A client as it is shown; its secret never is. */
export const ApiKey = z.object(known).meta({ id: 'ApiKey' })
export type ApiKey = z.infer<typeof ApiKey>

/** A client with the secret it was just given: the only time it is told. */
export const ApiKeyWithSecret = z
  .object({ ...known, client_secret: z.string() })
  .meta({ id: 'ApiKeyWithSecret' })
export type ApiKeyWithSecret = z.infer<typeof ApiKeyWithSecret>
