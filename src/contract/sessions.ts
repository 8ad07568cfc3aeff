import { z } from 'zod'
import { Id, LanguageTag, Metadata, optional, text, Timestamp } from './common.js'

/** `POST /sessions/`. */
export const NewSession = z.object({
  assistant_id: Id,
  visitor_id: optional(text(200)),
  locale: optional(LanguageTag),
  metadata: optional(Metadata),
})
export type NewSession = z.infer<typeof NewSession>

export const Session = z
  .object({
    id: Id,
    /** Equal to `id`. */
    session_id: Id,
    assistant_id: Id,
    conversation_id: Id,
    visitor_id: z.string().nullable(),
    locale: z.string().nullable(),
    metadata: z.record(z.string(), z.unknown()),
    expires_at: Timestamp,
    created_at: Timestamp,
  })
  .meta({ id: 'Session' })
export type Session = z.infer<typeof Session>
