import { z } from 'zod'
import { KnowledgeSource } from '../knowledge.js'
import { json, operation, pageOf, pathOf } from '../operation.js'
import {
  UnansweredAnswer,
  UnansweredDetails,
  UnansweredGroup,
  UnansweredPatch,
  UnansweredQuery,
} from '../unanswered.js'

const base = { tag: 'analytics', access: 'key', thing: 'unanswered question' } as const
const reads = { ...base, scope: 'analytics:read' } as const
const writes = { ...base, scope: 'analytics:write' } as const
const one = { path: '/api/v1/analytics/unanswered/{id}', params: pathOf('id') }

export const listUnanswered = operation({
  ...reads,
  id: 'listUnanswered',
  method: 'get',
  path: '/api/v1/analytics/unanswered/',
  summary: { en: 'List unanswered questions', fr: 'Lister les questions sans réponse' },
  description: {
    en: 'What visitors asked and assistants declined, grouped by meaning for each assistant and language, most asked first.',
    fr: 'Ce que les visiteurs ont demandé sans obtenir de réponse, regroupé par sens pour chaque assistant et chaque langue, les plus posées d’abord.',
  },
  query: UnansweredQuery,
  answers: { 200: json(pageOf('unanswered', UnansweredGroup)) },
})

export const getUnanswered = operation({
  ...reads,
  ...one,
  id: 'getUnanswered',
  method: 'get',
  summary: { en: 'Get an unanswered question', fr: 'Lire une question sans réponse' },
  description: {
    en: 'With the newest 50 ways in which it was asked.',
    fr: 'Avec les 50 dernières façons dont elle a été posée.',
  },
  answers: { 200: json(UnansweredDetails) },
})

export const answerUnanswered = operation({
  ...base,
  id: 'answerUnanswered',
  method: 'post',
  path: '/api/v1/analytics/unanswered/{id}/qa',
  params: pathOf('id'),
  scope: 'knowledge:write',
  summary: { en: 'Answer it with a pair', fr: 'Y répondre par une paire' },
  description: {
    en: 'Adds a question-and-answer pair to the knowledge, found from then on, and marks the question as answered. 409 when it is answered already.',
    fr: 'Ajoute une paire question-réponse aux connaissances, trouvée dès lors, et marque la question comme répondue. 409 si elle l’est déjà.',
  },
  body: UnansweredAnswer,
  idempotent: true,
  answers: { 201: json(KnowledgeSource) },
  example: { answer: 'We ship to all of Europe within five days.', tags: ['shipping'] },
})

export const patchUnanswered = operation({
  ...writes,
  ...one,
  id: 'patchUnanswered',
  method: 'patch',
  summary: { en: 'Dismiss or reopen it', fr: 'L’écarter ou la rouvrir' },
  description: {
    en: 'A dismissed question stays dismissed when it is asked again.',
    fr: 'Une question écartée le reste quand elle est posée de nouveau.',
  },
  body: UnansweredPatch,
  answers: { 200: json(UnansweredGroup) },
  example: { status: 'dismissed' },
})

export const deleteUnanswered = operation({
  ...writes,
  ...one,
  id: 'deleteUnanswered',
  method: 'delete',
  summary: { en: 'Delete it', fr: 'La supprimer' },
  answers: { 200: json(z.null()) },
})
