import { z } from 'zod'
import { filledText, optional } from './common.js'

/** `POST /auth/widget-token`. */
export const WidgetTokenRequest = z.object({
  client_id: filledText(128),
  user_token: optional(filledText(4096)).meta({
    description:
      'A JWT that the host’s server signed with the client’s secret (HS256; `exp` at most 24 hours ahead): its `sub` is the customer the widget token then speaks for.',
  }),
})

/** Its answer is flat: no envelope. */
export const WidgetToken = z.object({
  token: z.string(),
  /** Seconds. */
  expires_in: z.int(),
  token_type: z.literal('Bearer'),
})

export type WidgetToken = z.infer<typeof WidgetToken>
