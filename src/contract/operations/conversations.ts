import { z } from 'zod'
import { Paging, Sort } from '../common.js'
import { Conversation, ConversationPatch, ConversationQuery, NewConversation } from '../conversations.js'
import { Message } from '../messages.js'
import { json, operation, pageOf, pathOf } from '../operation.js'
import { Transcript, TranscriptQuery } from '../transcripts.js'

const base = { tag: 'conversations', thing: 'conversation', access: 'widget' } as const
const reads = { ...base, scope: 'conversations:read' } as const
const writes = { ...base, scope: 'conversations:write' } as const
const all = { path: '/api/v1/conversations/' }
const one = { path: '/api/v1/conversations/{id}', params: pathOf('id') }
const transcript = { path: '/api/v1/conversations/{id}/transcript', params: pathOf('id') }

export const createConversation = operation({
  ...writes,
  ...all,
  id: 'createConversation',
  method: 'post',
  thing: 'assistant',
  summary: { en: 'Begin a conversation', fr: 'Commencer une conversation' },
  description: {
    en: 'For a known person: it does not expire. The person’s context is the one that `user_context_id` names, else the one whose `user_reference` equals `customer_id`. With `resume`, the newest active conversation of that customer with this assistant is answered with 200, if there is one. A widget token may name a context by its id only; one that was made with a `user_token` speaks for that customer.',
    fr: 'Pour une personne connue : elle n’expire pas. Le contexte de la personne est celui que nomme `user_context_id`, sinon celui dont `user_reference` est égal à `customer_id`. Avec `resume`, la conversation active la plus récente de ce client avec cet assistant est renvoyée avec 200, s’il y en a une. Un token de widget ne peut nommer un contexte que par son id ; obtenu avec un `user_token`, il parle pour ce client.',
  },
  body: NewConversation,
  idempotent: true,
  answers: { 201: json(Conversation), 200: json(Conversation) },
  example: {
    assistant_id: '550e8400-e29b-41d4-a716-446655440000',
    customer_id: 'user-456',
    title: 'Order Support',
    locale: 'en',
  },
})

export const listConversations = operation({
  ...reads,
  ...all,
  id: 'listConversations',
  method: 'get',
  summary: { en: 'List conversations', fr: 'Lister les conversations' },
  description: {
    en: 'By when something was last said, newest first unless `sort=oldest`. Those without a customer are left out unless `include=sessions`. A widget token sees those of the customer it speaks for, and without one is refused.',
    fr: 'Par dernier échange, de la plus récente à la plus ancienne sauf avec `sort=oldest`. Celles sans client sont omises sauf avec `include=sessions`. Un token de widget voit celles du client pour lequel il parle ; sans client, il est refusé.',
  },
  query: ConversationQuery,
  answers: { 200: json(pageOf('conversations', Conversation)) },
})

export const getConversation = operation({
  ...reads,
  ...one,
  id: 'getConversation',
  method: 'get',
  summary: { en: 'Get a conversation', fr: 'Lire une conversation' },
  answers: { 200: json(Conversation) },
})

export const patchConversation = operation({
  ...writes,
  ...one,
  id: 'patchConversation',
  method: 'patch',
  summary: { en: 'Change a conversation', fr: 'Modifier une conversation' },
  description: {
    en: 'What is absent stays as it is; `metadata` is merged. A closed conversation takes no messages until it is active again.',
    fr: 'Ce qui est absent reste inchangé ; `metadata` est fusionné. Une conversation close ne prend plus de messages tant qu’elle n’est pas rouverte.',
  },
  body: ConversationPatch,
  answers: { 200: json(Conversation) },
  example: { title: 'Order 12345', status: 'closed' },
})

export const deleteConversation = operation({
  ...writes,
  ...one,
  id: 'deleteConversation',
  method: 'delete',
  summary: { en: 'Delete a conversation', fr: 'Supprimer une conversation' },
  description: {
    en: 'With its messages, session and feedback, for good.',
    fr: 'Avec ses messages, sa session et ses retours, définitivement.',
  },
  answers: { 200: json(z.null()) },
})

export const listConversationMessages = operation({
  ...reads,
  id: 'listConversationMessages',
  method: 'get',
  path: '/api/v1/conversations/{id}/messages',
  params: pathOf('id'),
  summary: { en: 'List a conversation’s messages', fr: 'Lister les messages d’une conversation' },
  description: {
    en: 'Oldest first, unless `sort=newest`.',
    fr: 'Du plus ancien au plus récent, sauf avec `sort=newest`.',
  },
  query: Paging.extend({ limit: Paging.shape.limit.unwrap().default(200), sort: Sort.default('oldest') }),
  answers: { 200: json(pageOf('messages', Message)) },
})

export const getConversationTranscript = operation({
  ...reads,
  ...transcript,
  id: 'getConversationTranscript',
  method: 'get',
  summary: { en: 'Export a conversation', fr: 'Exporter une conversation' },
  description: {
    en: 'All of it, as JSON, or with `format=text` or `format=html` as a file to read, in the conversation’s language and with times in UTC.',
    fr: 'En entier, en JSON, ou avec `format=text` ou `format=html` en fichier à lire, dans la langue de la conversation et avec les heures en UTC.',
  },
  query: TranscriptQuery,
  answers: { 200: json(Transcript) },
  otherMediaTypes: ['text/plain', 'text/html'],
})

export const eraseConversationTranscript = operation({
  ...writes,
  ...transcript,
  id: 'eraseConversationTranscript',
  method: 'delete',
  summary: { en: 'Erase a conversation', fr: 'Effacer une conversation' },
  description: {
    en: 'Messages, metadata, feedback and unanswered questions are deleted for good, and the conversation with them.',
    fr: 'Messages, metadata, retours et questions sans réponse sont supprimés définitivement, et la conversation avec eux.',
  },
  answers: { 200: json(z.null()) },
})
