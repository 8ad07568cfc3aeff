import { z } from 'zod'
import { Id, LanguageTag, Metadata, must, optional, Paging, Sort, text, Timestamp } from './common.js'

/** `POST /sessions/`. */
export const NewSession = z.object({
  assistant_id: Id,
  visitor_id: optional(text(200)).meta({
    description: 'Your own name for the visitor.',
    description_fr: 'Votre propre nom pour le visiteur.',
  }),
  locale: optional(LanguageTag),
  metadata: optional(Metadata),
})
export type NewSession = z.infer<typeof NewSession>

/** `PATCH /sessions/{id}`: what is absent stays as it is. */
export const SessionPatch = z.object({
  metadata: optional(Metadata).meta({
    description: 'Merged into what is there: null removes a key, objects within objects are merged alike.',
  }),
  locale: LanguageTag.nullable().exactOptional(),
})
export type SessionPatch = z.infer<typeof SessionPatch>

const SessionStatus = z.enum(['active', 'expired'], must('"active" or "expired"'))

/** `GET /sessions/`. */
export const SessionQuery = Paging.extend({
  assistant_id: Id.optional(),
  visitor_id: text(200).optional(),
  status: SessionStatus.optional(),
  sort: Sort.default('newest'),
})
export type SessionQuery = z.infer<typeof SessionQuery>

/** What a heartbeat answers. */
export const Heartbeat = z
  .object({ session_id: Id, status: z.literal('active'), expires_at: Timestamp })
  .meta({ id: 'Heartbeat' })
export type Heartbeat = z.infer<typeof Heartbeat>

export const Session = z
  .object({
    id: Id,
    session_id: Id.meta({ description: 'The same as `id`.', description_fr: 'Identique à `id`.' }),
    assistant_id: Id,
    conversation_id: Id,
    visitor_id: z.string().nullable().meta({
      description: 'Your own name for the visitor.',
      description_fr: 'Votre propre nom pour le visiteur.',
    }),
    status: SessionStatus,
    locale: z.string().nullable(),
    metadata: z.record(z.string(), z.unknown()),
    expires_at: Timestamp.meta({
      description: 'Each message puts this off.',
      description_fr: 'Chaque message repousse cette échéance.',
    }),
    created_at: Timestamp,
  })
  .meta({ id: 'Session' })
export type Session = z.infer<typeof Session>
