import { z } from 'zod'
import { Assistant, AssistantPatch, AssistantQuery, NewAssistant } from '../assistants.js'
import { json, operation, pageOf, pathOf } from '../operation.js'

const base = { tag: 'assistants', thing: 'assistant' } as const
const paths = { path: '/api/v1/assistants/', aliases: ['/api/v1/agents/'] }
const onePath = { path: '/api/v1/assistants/{id}', aliases: ['/api/v1/agents/{id}'], params: pathOf('id') }

const example = {
  name: 'Customer Support Bot',
  description: 'Helpful assistant for customer inquiries',
  tone: 'professional',
  language: 'en',
  default_tasks: ['answer_questions', 'provide_support'],
  is_active: true,
}

/** Under the older path, the list has its older name beside today's. */
const AssistantList = pageOf('assistants', Assistant).extend({ agents: Assistant.array().optional() })

export const listAssistants = operation({
  ...base,
  ...paths,
  id: 'listAssistants',
  method: 'get',
  access: 'widget',
  scope: 'assistants:read',
  summary: { en: 'List assistants', fr: 'Lister les assistants' },
  description: {
    en: 'Oldest first unless `sort` says otherwise. A widget token sees the active ones only.',
    fr: 'Du plus ancien au plus récent, sauf si `sort` en décide autrement. Un token de widget ne voit que les assistants actifs.',
  },
  query: AssistantQuery,
  answers: { 200: json(AssistantList) },
})

export const createAssistant = operation({
  ...base,
  ...paths,
  id: 'createAssistant',
  method: 'post',
  access: 'key',
  scope: 'assistants:write',
  summary: { en: 'Create an assistant', fr: 'Créer un assistant' },
  description: {
    en: 'Only the name is required. A key that is narrowed to some assistants may not create others.',
    fr: 'Seul le nom est obligatoire. Une clé limitée à certains assistants ne peut pas en créer d’autres.',
  },
  body: NewAssistant,
  idempotent: true,
  answers: { 201: json(Assistant) },
  example,
})

export const getAssistant = operation({
  ...base,
  ...onePath,
  id: 'getAssistant',
  method: 'get',
  access: 'widget',
  scope: 'assistants:read',
  summary: { en: 'Get an assistant', fr: 'Lire un assistant' },
  description: {
    en: 'A widget token sees active assistants only, without their instructions.',
    fr: 'Un token de widget ne voit que les assistants actifs, sans leurs instructions.',
  },
  answers: { 200: json(Assistant) },
})

export const patchAssistant = operation({
  ...base,
  ...onePath,
  id: 'patchAssistant',
  method: 'patch',
  access: 'key',
  scope: 'assistants:write',
  summary: { en: 'Change an assistant', fr: 'Modifier un assistant' },
  description: {
    en: 'Fields that are absent stay as they are.',
    fr: 'Les champs absents restent inchangés.',
  },
  body: AssistantPatch,
  answers: { 200: json(Assistant) },
  example: { tone: 'friendly', is_active: false },
})

export const replaceAssistant = operation({
  ...base,
  ...onePath,
  id: 'replaceAssistant',
  method: 'put',
  access: 'key',
  scope: 'assistants:write',
  summary: { en: 'Replace an assistant', fr: 'Remplacer un assistant' },
  description: {
    en: 'The name is required; every other absent field gets its default again. Knowledge and conversations stay.',
    fr: 'Le nom est obligatoire ; tout autre champ absent reprend sa valeur par défaut. Connaissances et conversations restent.',
  },
  body: NewAssistant,
  answers: { 200: json(Assistant) },
  example,
})

export const deleteAssistant = operation({
  ...base,
  ...onePath,
  id: 'deleteAssistant',
  method: 'delete',
  access: 'key',
  scope: 'assistants:write',
  summary: { en: 'Delete an assistant', fr: 'Supprimer un assistant' },
  description: {
    en: 'With its sessions, conversations, messages, feedback and widget configurations, and with the knowledge that is reserved to it alone: that would otherwise be of use to nobody. Knowledge shared with other assistants stays with these. There is no way back.',
    fr: 'Avec ses sessions, conversations, messages, retours et configurations de widget, et avec les connaissances réservées à lui seul, qui ne serviraient plus à personne. Les connaissances partagées avec d’autres assistants leur restent. C’est sans retour.',
  },
  answers: { 200: json(z.null()) },
})
