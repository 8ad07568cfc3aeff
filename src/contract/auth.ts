import { z } from 'zod'
import { filledText } from './common.js'

/** `POST /auth/widget-token`. */
export const WidgetTokenRequest = z.object({ client_id: filledText(128) })

/** Its answer is flat: no envelope. */
export const WidgetToken = z.object({
  token: z.string(),
  /** Seconds. */
  expires_in: z.int(),
  token_type: z.literal('Bearer'),
})

export type WidgetToken = z.infer<typeof WidgetToken>
