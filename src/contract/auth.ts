import { z } from 'zod'
import { filledText } from './common.js'

/** `POST /auth/widget-token`. */
export const WidgetTokenRequest = z.object({
  client_id: filledText(128).meta({
    description: 'The public half of a client’s keys.',
    description_fr: 'La moitié publique des clés d’un client.',
  }),
})

/** Its answer is flat: no envelope. */
export const WidgetToken = z.object({
  token: z.string(),
  expires_in: z.int().meta({ description: 'Seconds.', description_fr: 'En secondes.' }),
  token_type: z.literal('Bearer'),
})

export type WidgetToken = z.infer<typeof WidgetToken>
