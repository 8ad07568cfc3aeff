import { z } from 'zod'
import {
  AssistantKnowledge,
  KnowledgePassage,
  PassageQuery,
  SourceEvent,
  WidgetHit,
  WidgetSearch,
} from '../knowledge.js'
import { flat, json, operation, pathOf } from '../operation.js'

export const searchWidget = operation({
  id: 'searchWidget',
  method: 'get',
  path: '/api/v1/knowledge/search/widget',
  tag: 'knowledge',
  access: 'widget',
  scope: 'knowledge:read',
  thing: 'assistant',
  summary: { en: 'Search from a widget', fr: 'Chercher depuis un widget' },
  description: {
    en: 'What the assistant may use, one hit for each source. The assistant must have `widget_search` switched on.',
    fr: 'Ce que l’assistant peut utiliser, un résultat par source. L’assistant doit avoir `widget_search` activé.',
  },
  query: WidgetSearch,
  answers: { 200: flat(z.object({ hits: z.array(WidgetHit) })) },
})

export const getPassage = operation({
  id: 'getPassage',
  method: 'get',
  path: '/api/v1/knowledge/passages/{id}',
  tag: 'knowledge',
  access: 'widget',
  scope: 'knowledge:read',
  thing: 'passage',
  summary: { en: 'Get a passage', fr: 'Lire un passage' },
  description: {
    en: 'With what stands before and after it. A widget token reads passages that were cited to it: it names the session or the conversation, and sends `X-Session-Secret` where the session has one. A source that is processed again has new passages.',
    fr: 'Avec ce qui le précède et le suit. Un token de widget lit les passages qui lui ont été cités : il nomme la session ou la conversation, et envoie `X-Session-Secret` si la session en a un. Une source retraitée a de nouveaux passages.',
  },
  params: pathOf('id'),
  query: PassageQuery,
  answers: { 200: json(KnowledgePassage) },
})

export const watchKnowledge = operation({
  id: 'watchKnowledge',
  method: 'get',
  path: '/api/v1/knowledge/events',
  tag: 'knowledge',
  access: 'key',
  scope: 'knowledge:read',
  summary: { en: 'Watch the processing', fr: 'Suivre le traitement' },
  description: {
    en: 'A stream of events, from now on: each frame says how a source stands, `deleted` being the last. A reader that is too slow is cut off; list the sources after connecting again.',
    fr: 'Un flux d’événements, à partir de maintenant : chaque trame donne l’état d’une source, `deleted` étant le dernier. Un lecteur trop lent est déconnecté ; listez les sources après la reconnexion.',
  },
  answers: {},
  events: SourceEvent,
})

const ofAssistant = {
  path: '/api/v1/assistants/{id}/knowledge',
  aliases: ['/api/v1/agents/{id}/knowledge'],
  params: pathOf('id'),
  tag: 'assistants',
  access: 'key',
  thing: 'assistant',
} as const

export const getAssistantKnowledge = operation({
  ...ofAssistant,
  aliases: [...ofAssistant.aliases],
  id: 'getAssistantKnowledge',
  method: 'get',
  scope: 'assistants:read',
  summary: { en: 'Which sources an assistant uses', fr: 'Les sources qu’utilise un assistant' },
  answers: { 200: json(AssistantKnowledge) },
})

export const putAssistantKnowledge = operation({
  ...ofAssistant,
  aliases: [...ofAssistant.aliases],
  id: 'putAssistantKnowledge',
  method: 'put',
  scope: 'assistants:write',
  summary: { en: 'Choose an assistant’s sources', fr: 'Choisir les sources d’un assistant' },
  description: {
    en: 'All that are open to it, or only the included ones; minus the excluded ones. In force from the next search on. A source that is reserved to other assistants stays out of reach.',
    fr: 'Toutes celles qui lui sont ouvertes, ou seulement celles incluses ; moins celles exclues. En vigueur dès la recherche suivante. Une source réservée à d’autres assistants reste hors de portée.',
  },
  body: AssistantKnowledge,
  answers: { 200: json(AssistantKnowledge) },
  example: { mode: 'all', include: [], exclude: ['550e8400-e29b-41d4-a716-446655440000'] },
})
