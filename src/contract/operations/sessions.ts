import { z } from 'zod'
import { Paging, Sort } from '../common.js'
import { Exchange, Message, NewMessage, StreamFrame } from '../messages.js'
import { json, operation, pageOf, pathOf } from '../operation.js'
import { Heartbeat, NewSession, Session, SessionPatch, SessionQuery } from '../sessions.js'
import { Transcript, TranscriptQuery } from '../transcripts.js'

const base = { tag: 'sessions', thing: 'session', access: 'widget' } as const
const one = { path: '/api/v1/sessions/{id}', params: pathOf('id') }
const messages = { path: '/api/v1/sessions/{id}/messages', params: pathOf('id') }
const transcript = { path: '/api/v1/sessions/{id}/transcript', params: pathOf('id') }

/** A talk is asked for whole, to be shown again: as much of it as one answer may hold. */
const TalkPaging = Paging.extend({
  limit: Paging.shape.limit.unwrap().default(200),
  sort: Sort.default('oldest'),
})

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

export const listSessions = operation({
  ...base,
  id: 'listSessions',
  method: 'get',
  path: '/api/v1/sessions/',
  access: 'key',
  scope: 'conversations:read',
  summary: { en: 'List sessions', fr: 'Lister les sessions' },
  description: {
    en: 'Newest first, unless `sort=oldest`. Expired sessions stay in the list; what was said in them is read under their `conversation_id`.',
    fr: 'De la plus récente à la plus ancienne, sauf avec `sort=oldest`. Les sessions expirées restent dans la liste ; ce qui s’y est dit se lit sous leur `conversation_id`.',
  },
  query: SessionQuery,
  answers: { 200: json(pageOf('sessions', Session)) },
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

export const patchSession = operation({
  ...base,
  ...one,
  id: 'patchSession',
  method: 'patch',
  scope: 'conversations:write',
  summary: { en: 'Change a session', fr: 'Modifier une session' },
  description: {
    en: 'Merges `metadata` into what is there; null removes a key.',
    fr: 'Fusionne `metadata` avec l’existant ; null supprime une clé.',
  },
  body: SessionPatch,
  answers: { 200: json(Session) },
  example: { metadata: { page: '/checkout', source: null } },
})

export const endSession = operation({
  ...base,
  ...one,
  id: 'endSession',
  method: 'delete',
  scope: 'conversations:write',
  summary: { en: 'End a session', fr: 'Terminer une session' },
  description: {
    en: 'The session is gone and its conversation closed; what was said stays with the organization. To erase that too, delete the transcript.',
    fr: 'La session disparaît et sa conversation est close ; ce qui s’est dit reste à l’organisation. Pour l’effacer aussi, supprimez la transcription.',
  },
  answers: { 200: json(z.null()) },
})

export const sendHeartbeat = operation({
  ...base,
  id: 'sendHeartbeat',
  method: 'post',
  path: '/api/v1/sessions/{id}/heartbeat',
  params: pathOf('id'),
  scope: 'conversations:read',
  uncounted: true,
  summary: { en: 'Ask whether a session goes on', fr: 'Demander si une session dure encore' },
  description: {
    en: 'Says until when. It takes no body, counts towards no limit and does not prolong the session: messages do.',
    fr: 'Indique jusqu’à quand. Sans corps, hors limite de requêtes ; ne prolonge pas la session : les messages le font.',
  },
  answers: { 200: json(Heartbeat) },
})

export const getSessionTranscript = operation({
  ...base,
  ...transcript,
  id: 'getSessionTranscript',
  method: 'get',
  scope: 'conversations:read',
  summary: { en: 'Export a session’s conversation', fr: 'Exporter la conversation d’une session' },
  description: {
    en: 'All of it, as JSON, or with `format=text` or `format=html` as a file to read, in the session’s language and with times in UTC.',
    fr: 'En entier, en JSON, ou avec `format=text` ou `format=html` en fichier à lire, dans la langue de la session et avec les heures en UTC.',
  },
  query: TranscriptQuery,
  answers: { 200: json(Transcript) },
  otherMediaTypes: ['text/plain', 'text/html'],
})

export const eraseSessionTranscript = operation({
  ...base,
  ...transcript,
  id: 'eraseSessionTranscript',
  method: 'delete',
  scope: 'conversations:write',
  summary: { en: 'Erase a session’s conversation', fr: 'Effacer la conversation d’une session' },
  description: {
    en: 'Messages, metadata, feedback and unanswered questions are deleted for good, and the session ends.',
    fr: 'Messages, metadata, retours et questions sans réponse sont supprimés définitivement, et la session prend fin.',
  },
  answers: { 200: json(z.null()) },
})

export const listSessionMessages = operation({
  ...base,
  ...messages,
  id: 'listSessionMessages',
  method: 'get',
  scope: 'conversations:read',
  summary: { en: 'List a session’s messages', fr: 'Lister les messages d’une session' },
  description: {
    en: 'Oldest first, unless `sort=newest`. Empty for a new session.',
    fr: 'Du plus ancien au plus récent, sauf avec `sort=newest`. Vide pour une nouvelle session.',
  },
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
