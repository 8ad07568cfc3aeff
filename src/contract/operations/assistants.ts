import { Assistant, AssistantPatch, NewAssistant } from '../assistants.js'
import { Paging } from '../common.js'
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
    en: 'Oldest first. A widget token sees the active ones only.',
    fr: 'Du plus ancien au plus récent. Un token de widget ne voit que les assistants actifs.',
  },
  query: Paging,
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
    en: 'Only the name is required. A new assistant uses all knowledge of the organization that is not kept for others.',
    fr: 'Seul le nom est obligatoire. Un nouvel assistant se sert de toutes les connaissances de l’organisation qui ne sont pas réservées à d’autres.',
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
