import { z } from 'zod'
import { json, operation } from '../operation.js'
import { NewEvent } from '../telemetry.js'

export const reportEvent = operation({
  id: 'reportEvent',
  method: 'post',
  path: '/telemetry/events/',
  aliases: ['/api/v1/telemetry/events/'],
  tag: 'widget',
  access: 'public',
  uncounted: true,
  summary: { en: 'Report an event', fr: 'Signaler un événement' },
  description: {
    en: 'For widgets: what a visitor did with one. Answered the same whether the assistant exists or not. The JSON may come as `text/plain`, as `navigator.sendBeacon` sends it; 120 a minute and address.',
    fr: 'Pour les widgets : ce qu’un visiteur en a fait. La réponse est la même, que l’assistant existe ou non. Le JSON peut arriver en `text/plain`, comme l’envoie `navigator.sendBeacon` ; 120 par minute et par adresse.',
  },
  body: NewEvent,
  answers: { 200: json(z.object({ accepted: z.literal(true) })) },
  example: {
    event_type: 'widget_opened',
    assistant: '550e8400-e29b-41d4-a716-446655440000',
    user_id: 'visitor-123',
    metadata: { page: '/contact' },
  },
})
