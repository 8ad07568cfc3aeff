import { z } from 'zod'
import { filledText, optional } from './common.js'

/** `POST /auth/widget-token`. */
export const WidgetTokenRequest = z.object({
  client_id: filledText(128).meta({
    description: 'The public half of a client’s keys.',
    description_fr: 'La moitié publique des clés d’un client.',
  }),
  user_token: optional(filledText(4096)).meta({
    description:
      'A JWT that the host’s server signed with the client’s secret (HS256; `exp` at most 24 hours ahead): its `sub` is the customer the widget token then speaks for.',
    description_fr:
      'Un JWT signé par le serveur du site avec le secret du client (HS256 ; `exp` dans 24 heures au plus) : son `sub` est le client final au nom duquel le token parle ensuite.',
  }),
})

/** Its answer is flat: no envelope. */
export const WidgetToken = z.object({
  token: z.string(),
  expires_in: z.int().meta({ description: 'Seconds.', description_fr: 'En secondes.' }),
  token_type: z.literal('Bearer'),
})

export type WidgetToken = z.infer<typeof WidgetToken>
