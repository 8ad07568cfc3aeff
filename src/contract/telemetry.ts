import { z } from 'zod'
import { filledText, Metadata, optional, text } from './common.js'

const MAX_METADATA = 4096

/** `POST /telemetry/events/`. */
export const NewEvent = z.object({
  event_type: filledText(100),
  assistant: optional(text(200)).meta({ description: 'The assistant’s id; `agent` is its older name.' }),
  user_id: optional(text(200)),
  metadata: optional(
    Metadata.refine(
      (value) => new TextEncoder().encode(JSON.stringify(value)).length <= MAX_METADATA,
      `must not be larger than ${String(MAX_METADATA)} bytes`,
    ),
  ),
})
export type NewEvent = z.infer<typeof NewEvent>
