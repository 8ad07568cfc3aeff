import { z } from 'zod'
import { KnowledgeHit, KnowledgeSearch, KnowledgeSource, NewFile, NewQa, SourceQuery } from '../knowledge.js'
import { json, operation, pageOf, pathOf } from '../operation.js'

const base = { tag: 'knowledge', access: 'key', thing: 'knowledge source' } as const
const reads = { ...base, scope: 'knowledge:read' } as const
const writes = { ...base, scope: 'knowledge:write' } as const
const id = { params: pathOf('id') }

export const searchKnowledge = operation({
  ...reads,
  id: 'searchKnowledge',
  method: 'post',
  path: '/api/v1/knowledge/search',
  summary: { en: 'Search the knowledge base', fr: 'Chercher dans la base de connaissances' },
  description: {
    en: 'The same search that answers use: by words and by meaning, best passages first.',
    fr: 'La même recherche que pour les réponses : par mots et par le sens, les meilleurs passages d’abord.',
  },
  body: KnowledgeSearch,
  answers: { 200: json(z.object({ hits: z.array(KnowledgeHit) })) },
  example: { query: 'business hours', limit: 5 },
})

export const createQa = operation({
  ...writes,
  id: 'createQa',
  method: 'post',
  path: '/api/v1/knowledge/qa/',
  aliases: ['/api/v1/knowledge/qas/'],
  summary: { en: 'Add a question-and-answer pair', fr: 'Ajouter une paire question-réponse' },
  description: {
    en: 'A question that matches is answered with these very words. Search finds the pair as soon as this request is answered.',
    fr: 'Une question correspondante reçoit exactement cette réponse. La recherche trouve la paire dès que cette requête a sa réponse.',
  },
  body: NewQa,
  idempotent: true,
  answers: { 201: json(KnowledgeSource) },
  example: {
    question: 'What are your business hours?',
    answer: 'We are open Monday to Friday, 9 AM to 6 PM EST.',
    tags: ['hours', 'support'],
  },
})

export const uploadFile = operation({
  ...writes,
  id: 'uploadFile',
  method: 'post',
  path: '/api/v1/knowledge/files/',
  summary: { en: 'Upload a file', fr: 'Téléverser un fichier' },
  description: {
    en: 'A multipart form with the file in the field `file`. `file_type` is a hint: the content decides. Answers 202 and goes on in the background: read the source to follow its `status` and `stage`. Answers 200 when the very same bytes are already held under that title.',
    fr: 'Un formulaire multipart avec le fichier dans le champ `file`. `file_type` est indicatif : le contenu décide. Répond 202 et continue en arrière-plan : lisez la source pour suivre son `status` et son `stage`. Répond 200 si les mêmes octets sont déjà connus sous ce titre.',
  },
  form: NewFile,
  answers: { 202: json(KnowledgeSource), 200: json(KnowledgeSource) },
})

export const listKnowledge = operation({
  ...reads,
  id: 'listKnowledge',
  method: 'get',
  path: '/api/v1/knowledge/',
  summary: { en: 'List all sources', fr: 'Lister toutes les sources' },
  description: { en: 'Newest first.', fr: 'De la plus récente à la plus ancienne.' },
  query: SourceQuery,
  answers: { 200: json(pageOf('sources', KnowledgeSource)) },
})

export const getKnowledge = operation({
  ...reads,
  ...id,
  id: 'getKnowledge',
  method: 'get',
  path: '/api/v1/knowledge/{id}',
  summary: { en: 'Get a source', fr: 'Lire une source' },
  answers: { 200: json(KnowledgeSource) },
})

export const deleteKnowledge = operation({
  ...writes,
  ...id,
  id: 'deleteKnowledge',
  method: 'delete',
  path: '/api/v1/knowledge/{id}',
  summary: { en: 'Delete a source', fr: 'Supprimer une source' },
  description: {
    en: 'Hidden at once; its passages, vectors and file are removed in the background.',
    fr: 'Masquée aussitôt ; ses passages, ses vecteurs et son fichier sont supprimés en arrière-plan.',
  },
  answers: { 200: json(z.null()) },
})

export const listFiles = operation({
  ...reads,
  id: 'listFiles',
  method: 'get',
  path: '/api/v1/knowledge/files/',
  summary: { en: 'List files', fr: 'Lister les fichiers' },
  query: SourceQuery,
  answers: { 200: json(pageOf('sources', KnowledgeSource)) },
})

export const getFile = operation({
  ...reads,
  ...id,
  id: 'getFile',
  method: 'get',
  path: '/api/v1/knowledge/files/{id}',
  summary: { en: 'Get a file', fr: 'Lire un fichier' },
  answers: { 200: json(KnowledgeSource) },
})

export const deleteFile = operation({
  ...writes,
  ...id,
  id: 'deleteFile',
  method: 'delete',
  path: '/api/v1/knowledge/files/{id}',
  summary: { en: 'Delete a file', fr: 'Supprimer un fichier' },
  answers: { 200: json(z.null()) },
})

export const listQa = operation({
  ...reads,
  id: 'listQa',
  method: 'get',
  path: '/api/v1/knowledge/qa/',
  aliases: ['/api/v1/knowledge/qas/'],
  summary: { en: 'List pairs', fr: 'Lister les paires' },
  query: SourceQuery,
  answers: { 200: json(pageOf('sources', KnowledgeSource)) },
})

export const getQa = operation({
  ...reads,
  ...id,
  id: 'getQa',
  method: 'get',
  path: '/api/v1/knowledge/qa/{id}',
  aliases: ['/api/v1/knowledge/qas/{id}'],
  summary: { en: 'Get a pair', fr: 'Lire une paire' },
  answers: { 200: json(KnowledgeSource) },
})

export const deleteQa = operation({
  ...writes,
  ...id,
  id: 'deleteQa',
  method: 'delete',
  path: '/api/v1/knowledge/qa/{id}',
  aliases: ['/api/v1/knowledge/qas/{id}'],
  summary: { en: 'Delete a pair', fr: 'Supprimer une paire' },
  answers: { 200: json(z.null()) },
})
