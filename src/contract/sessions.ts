import { z } from 'zod'
import { Id, LanguageTag, Metadata, optional, text, Timestamp } from './common.js'

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
