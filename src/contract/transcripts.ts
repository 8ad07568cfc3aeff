import { z } from 'zod'
import { Id, must, Timestamp } from './common.js'
import { Message } from './messages.js'

export const TranscriptFormat = z.enum(['json', 'text', 'html'], must('"json", "text" or "html"'))
export type TranscriptFormat = z.infer<typeof TranscriptFormat>

/** `GET …/transcript`. */
export const TranscriptQuery = z.object({ format: TranscriptFormat.default('json') })

/** A whole conversation, as its own visitor may keep it. */
export const Transcript = z
  .object({
    conversation_id: Id,
    assistant: z.object({ id: Id, name: z.string() }),
    customer_id: z.string().nullable(),
    title: z.string().nullable(),
    locale: z.string().nullable(),
    metadata: z.record(z.string(), z.unknown()),
    created_at: Timestamp,
    exported_at: Timestamp,
    messages: z.array(Message),
  })
  .meta({ id: 'Transcript' })
export type Transcript = z.infer<typeof Transcript>
