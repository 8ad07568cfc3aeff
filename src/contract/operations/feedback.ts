import { z } from 'zod'
import {
  Feedback,
  FeedbackQuery,
  FeedbackTotals,
  MessageFeedback,
  NewMessageFeedback,
  NewSessionFeedback,
  SessionFeedback,
} from '../feedback.js'
import { json, operation, pageOf, pathOf } from '../operation.js'

const base = { tag: 'feedback', access: 'widget' } as const
const reads = { ...base, scope: 'conversations:read' } as const
const writes = { ...base, scope: 'conversations:write' } as const
const ofSession = { thing: 'session', path: '/api/v1/sessions/{id}/feedback', params: pathOf('id') }
const ofMessage = {
  thing: 'message',
  path: '/api/v1/messages/{id}/feedback',
  aliases: ['/api/v1/message/{id}/feedback'],
  params: pathOf('id'),
}

export const getSessionFeedback = operation({
  ...reads,
  ...ofSession,
  id: 'getSessionFeedback',
  method: 'get',
  summary: { en: 'Get a session’s feedback', fr: 'Lire le retour sur une session' },
  answers: { 200: json(SessionFeedback) },
})

export const rateSession = operation({
  ...writes,
  ...ofSession,
  id: 'rateSession',
  method: 'post',
  summary: { en: 'Rate a session', fr: 'Noter une session' },
  description: {
    en: 'A session has one rating: another one takes its place, and is answered with 200.',
    fr: 'Une session a une seule note : une autre la remplace, et la réponse est alors 200.',
  },
  body: NewSessionFeedback,
  idempotent: true,
  answers: { 201: json(SessionFeedback), 200: json(SessionFeedback) },
  example: { rating: 'positive', comment: 'Quick and clear.' },
})

export const withdrawSessionRating = operation({
  ...writes,
  ...ofSession,
  id: 'withdrawSessionRating',
  method: 'delete',
  summary: { en: 'Take a session’s feedback back', fr: 'Retirer le retour sur une session' },
  answers: { 200: json(SessionFeedback) },
})

export const getMessageFeedback = operation({
  ...reads,
  ...ofMessage,
  id: 'getMessageFeedback',
  method: 'get',
  summary: { en: 'Get a message’s feedback', fr: 'Lire le retour sur un message' },
  answers: { 200: json(MessageFeedback) },
})

export const rateMessage = operation({
  ...writes,
  ...ofMessage,
  id: 'rateMessage',
  method: 'post',
  summary: { en: 'Rate a message', fr: 'Noter un message' },
  description: {
    en: 'Only an assistant’s messages are rated; another rating takes the first one’s place, and is answered with 200. A widget token rates messages of conversations begun through its own client; where the session has a secret, `X-Session-Secret` goes with it.',
    fr: 'Seuls les messages d’un assistant se notent ; une autre note remplace la première, et la réponse est alors 200. Un token de widget note les messages des conversations commencées par son propre client ; si la session a un secret, `X-Session-Secret` l’accompagne.',
  },
  body: NewMessageFeedback,
  idempotent: true,
  answers: { 201: json(MessageFeedback), 200: json(MessageFeedback) },
  example: { feedback_type: 'thumbs_up' },
})

export const withdrawMessageRating = operation({
  ...writes,
  ...ofMessage,
  id: 'withdrawMessageRating',
  method: 'delete',
  summary: { en: 'Take a message’s feedback back', fr: 'Retirer le retour sur un message' },
  answers: { 200: json(MessageFeedback) },
})

export const listFeedback = operation({
  ...base,
  id: 'listFeedback',
  method: 'get',
  path: '/api/v1/feedback/',
  access: 'key',
  scope: 'conversations:read',
  summary: { en: 'List feedback', fr: 'Lister les retours' },
  description: {
    en: 'Newest first. `totals` counts every rating of the assistant and time asked for, whichever `rating` the list is narrowed to.',
    fr: 'Du plus récent au plus ancien. `totals` compte toutes les notes de l’assistant et de la période demandés, quelle que soit la `rating` à laquelle la liste se limite.',
  },
  query: FeedbackQuery,
  answers: { 200: json(pageOf('feedback', Feedback).extend({ totals: FeedbackTotals })) },
})

export const deleteFeedback = operation({
  ...base,
  id: 'deleteFeedback',
  method: 'delete',
  path: '/api/v1/feedback/{id}',
  params: pathOf('id'),
  access: 'key',
  scope: 'conversations:write',
  thing: 'feedback',
  summary: { en: 'Delete a feedback', fr: 'Supprimer un retour' },
  answers: { 200: json(z.null()) },
})
