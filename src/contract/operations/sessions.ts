import { Paging } from '../common.js'
import { Exchange, Message, NewMessage, StreamFrame } from '../messages.js'
import { json, operation, pageOf, pathOf } from '../operation.js'
import { NewSession, Session } from '../sessions.js'

const base = { tag: 'sessions', thing: 'session', access: 'widget' } as const
const one = { path: '/api/v1/sessions/{id}', params: pathOf('id') }
const messages = { path: '/api/v1/sessions/{id}/messages', params: pathOf('id') }

/** A talk is asked for whole, to be shown again: as much of it as one answer may hold. */
const TalkPaging = Paging.extend({ limit: Paging.shape.limit.unwrap().default(200) })

export const createSession = operation({
  ...base,
  id: 'createSession',
  method: 'post',
  path: '/api/v1/sessions/',
  scope: 'conversations:write',
  thing: 'assistant',
  summary: { en: 'Open a session', fr: 'Ouvrir une session' },
  description: {
    en: 'For an anonymous visitor: an expiring handle on one conversation. A session opened with an `X-Session-Secret` header demands that header ever after.',
    fr: 'Pour un visiteur anonyme : un accès temporaire à une conversation. Une session ouverte avec l’en-tête `X-Session-Secret` exige ensuite toujours cet en-tête.',
  },
  body: NewSession,
  idempotent: true,
  answers: { 201: json(Session) },
  example: {
    assistant_id: '550e8400-e29b-41d4-a716-446655440000',
    visitor_id: 'visitor-123',
    locale: 'en',
    metadata: { source: 'website', page: '/contact' },
  },
})

export const getSession = operation({
  ...base,
  ...one,
  id: 'getSession',
  method: 'get',
  scope: 'conversations:read',
  summary: { en: 'Get a session', fr: 'Lire une session' },
  answers: { 200: json(Session) },
})

export const listSessionMessages = operation({
  ...base,
  ...messages,
  id: 'listSessionMessages',
  method: 'get',
  scope: 'conversations:read',
  summary: { en: 'List a session’s messages', fr: 'Lister les messages d’une session' },
  description: { en: 'Oldest first.', fr: 'Du plus ancien au plus récent.' },
  query: TalkPaging,
  answers: { 200: json(pageOf('messages', Message)) },
})

export const sendSessionMessage = operation({
  ...base,
  ...messages,
  id: 'sendSessionMessage',
  method: 'post',
  scope: 'conversations:write',
  summary: { en: 'Send a message', fr: 'Envoyer un message' },
  description: {
    en: 'Answers with the visitor’s message and the assistant’s, or streams the reply where `Accept` includes `text/event-stream`. The same content again within 60 seconds joins the first answer.',
    fr: 'Répond avec le message du visiteur et celui de l’assistant, ou diffuse la réponse si `Accept` contient `text/event-stream`. Le même contenu envoyé dans les 60 secondes rejoint la première réponse.',
  },
  body: NewMessage,
  idempotent: true,
  answers: { 200: json(Exchange) },
  events: StreamFrame,
  example: { content: 'Hello, I need help with my order', metadata: { user_type: 'customer' } },
})
