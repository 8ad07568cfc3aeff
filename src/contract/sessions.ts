import { z } from 'zod'
import { Id, LanguageTag, Metadata, optional, text, Timestamp } from './common.js'

/** `agent_id` is the older name of `assistant_id`. */
export function acceptAgentId(body: unknown): unknown {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return body
  if (!('agent_id' in body) || 'assistant_id' in body) return body
  return { ...body, assistant_id: body.agent_id }
}

/** `POST /sessions/`. */
export const NewSession = z.preprocess(
  acceptAgentId,
  z.object({
    assistant_id: Id,
    visitor_id: optional(text(200)),
    locale: optional(LanguageTag),
    metadata: optional(Metadata),
  }),
)
export type NewSession = z.infer<typeof NewSession>

export const Session = z.object({
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
export type Session = z.infer<typeof Session>
