import { z } from 'zod'
import { Health, HealthDetails } from '../health.js'
import { must } from '../common.js'
import { flat, json, operation, textual } from '../operation.js'

const base = { tag: 'system', method: 'get' } as const

export const getLiveness = operation({
  ...base,
  id: 'getLiveness',
  path: '/livez',
  access: 'public',
  summary: { en: 'Is the process alive?', fr: 'Le processus est-il en vie ?' },
  answers: { 200: json(z.object({ alive: z.literal(true) })) },
})

export const getReadiness = operation({
  ...base,
  id: 'getReadiness',
  path: '/readyz',
  access: 'public',
  summary: { en: 'Can questions be answered?', fr: 'Peut-on répondre aux questions ?' },
  description: {
    en: '200 once search can answer, 503 before. The chat model’s state is a field.',
    fr: '200 dès que la recherche répond, 503 avant. L’état du modèle de chat est un champ.',
  },
  answers: { 200: json(Health) },
})

export const getMetrics = operation({
  ...base,
  id: 'getMetrics',
  path: '/metrics',
  access: 'public',
  summary: { en: 'Metrics for Prometheus', fr: 'Mesures pour Prometheus' },
  description: {
    en: 'To direct requests; through a proxy with `Authorization: Bearer` and the metrics token only.',
    fr: 'Pour les requêtes directes ; à travers un proxy, seulement avec `Authorization: Bearer` et le jeton des mesures.',
  },
  answers: { 200: textual('text/plain') },
})

export const getHealth = operation({
  ...base,
  id: 'getHealth',
  path: '/api/v1/health',
  aliases: ['/api/health'],
  access: 'optional',
  uncounted: true,
  summary: { en: 'How is the appliance?', fr: 'Comment va l’appareil ?' },
  description: {
    en: 'Brief for everybody; with keys also versions, models, memory, disk and backups.',
    fr: 'Résumé pour tous ; avec des clés, aussi les versions, les modèles, la mémoire, le disque et les sauvegardes.',
  },
  answers: { 200: json(z.union([HealthDetails, Health])) },
})

export const getOpenApi = operation({
  ...base,
  id: 'getOpenApi',
  path: '/api/v1/openapi.json',
  access: 'public',
  summary: { en: 'This reference as OpenAPI', fr: 'Cette référence en OpenAPI' },
  description: {
    en: 'OpenAPI 3.1, made from the schemas that check requests. `lang` chooses the language of its texts.',
    fr: 'OpenAPI 3.1, tiré des schémas qui vérifient les requêtes. `lang` choisit la langue de ses textes.',
  },
  query: z.object({ lang: z.enum(['en', 'fr'], must('"en" or "fr"')).default('en') }),
  answers: { 200: flat(z.looseObject({ openapi: z.string() })) },
})
