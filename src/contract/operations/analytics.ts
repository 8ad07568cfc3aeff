import {
  BucketQuery,
  Covered,
  EndpointLoad,
  EndpointUsage,
  EventQuery,
  EventReport,
  FeedbackQuery,
  FeedbackReport,
  KeyUsage,
  PagedSpanQuery,
  RateLimitReport,
  RequestLogEntry,
  RequestLogQuery,
  UsageReport,
} from '../analytics.js'
import { json, operation, pageOf } from '../operation.js'

const base = { tag: 'analytics', method: 'get', access: 'key', scope: 'analytics:read' } as const

/** Figures that are not kept apart by assistant. */
const whole = { ...base, wholeOrganization: true } as const

export const listRequests = operation({
  ...whole,
  id: 'listRequests',
  path: '/api/v1/analytics/logs/',
  summary: { en: 'List requests', fr: 'Lister les requêtes' },
  description: {
    en: 'Every request of the organization, refused ones too, newest first: the pattern of its path, never ids or contents. Kept for `ANALYTICS_DAYS` (30) days.',
    fr: 'Toutes les requêtes de l’organisation, même refusées, de la plus récente à la plus ancienne : le modèle du chemin, jamais d’identifiant ni de contenu. Conservées `ANALYTICS_DAYS` (30) jours.',
  },
  query: RequestLogQuery,
  answers: { 200: json(pageOf('logs', RequestLogEntry).extend(Covered.shape)) },
})

export const getEndpointUsage = operation({
  ...whole,
  id: 'getEndpointUsage',
  path: '/api/v1/analytics/endpoints/',
  summary: { en: 'Usage by endpoint', fr: 'Utilisation par point d’accès' },
  description: {
    en: 'Requests, errors and latencies of each method and route, busiest first. Percentiles are true to 5 %; a streamed reply lasts until its last frame.',
    fr: 'Requêtes, erreurs et latences de chaque méthode et route, les plus sollicitées d’abord. Les centiles sont exacts à 5 % près ; une réponse diffusée dure jusqu’à sa dernière trame.',
  },
  query: PagedSpanQuery,
  answers: {
    200: json(pageOf('endpoints', EndpointUsage).extend({ ...Covered.shape, totals: EndpointLoad })),
  },
})

export const getUsage = operation({
  ...base,
  id: 'getUsage',
  path: '/api/v1/analytics/usage/',
  summary: { en: 'Usage over time', fr: 'Utilisation au fil du temps' },
  description: {
    en: 'Requests, tokens, sessions, messages and replies by the way they came about, in hours or days (UTC).',
    fr: 'Requêtes, jetons, sessions, messages et réponses selon leur origine, par heure ou par jour (UTC).',
  },
  query: BucketQuery,
  answers: { 200: json(UsageReport) },
})

export const getRateLimits = operation({
  ...whole,
  id: 'getRateLimits',
  path: '/api/v1/analytics/rate-limits/',
  summary: { en: 'Rate limit', fr: 'Limite de requêtes' },
  description: {
    en: 'The allowance, what is left of it in the hour under way, and the requests refused with 429.',
    fr: 'Le quota, ce qu’il en reste dans l’heure en cours, et les requêtes refusées avec 429.',
  },
  query: BucketQuery,
  answers: { 200: json(RateLimitReport) },
})

export const getKeyUsage = operation({
  ...whole,
  id: 'getKeyUsage',
  path: '/api/v1/analytics/keys/',
  summary: { en: 'Usage by client', fr: 'Utilisation par client' },
  description: {
    en: 'Requests and errors of each client, with its keys and its widget tokens together.',
    fr: 'Requêtes et erreurs de chaque client, clés et tokens de widget confondus.',
  },
  query: PagedSpanQuery,
  answers: { 200: json(pageOf('keys', KeyUsage).extend(Covered.shape)) },
})

export const getFeedbackReport = operation({
  ...base,
  id: 'getFeedbackReport',
  path: '/api/v1/analytics/feedback/',
  summary: { en: 'Feedback by assistant', fr: 'Retours par assistant' },
  description: {
    en: 'How visitors rated messages and sessions; only assistants that were rated.',
    fr: 'Les avis des visiteurs sur les messages et les sessions ; seuls les assistants évalués y figurent.',
  },
  query: FeedbackQuery,
  answers: { 200: json(FeedbackReport) },
})

export const getEvents = operation({
  ...base,
  id: 'getEvents',
  path: '/api/v1/analytics/events/',
  summary: { en: 'Events of widgets', fr: 'Événements des widgets' },
  description: {
    en: 'How often each type of event was reported, in hours or days (UTC). Anybody can report events: take them as a hint.',
    fr: 'Le nombre d’événements signalés de chaque type, par heure ou par jour (UTC). N’importe qui peut en signaler : ils ne sont qu’indicatifs.',
  },
  query: EventQuery,
  answers: { 200: json(EventReport) },
})
