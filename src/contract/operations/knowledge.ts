import { z } from 'zod'
import {
  FilePatch,
  KnowledgeHit,
  KnowledgeSearch,
  KnowledgeSource,
  NewFile,
  NewQa,
  NewUrl,
  QaPatch,
  Reprocessing,
  SourcePatch,
  SourceQuery,
  UrlPatch,
} from '../knowledge.js'
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

export const createUrl = operation({
  ...writes,
  id: 'createUrl',
  method: 'post',
  path: '/api/v1/knowledge/urls/',
  summary: { en: 'Add a web page', fr: 'Ajouter une page web' },
  description: {
    en: 'Fetched, then read like a file, and fetched again every `refresh_hours`. With `crawl`, the pages of the same site that it leads to become sources too, as `robots.txt` allows; list them with `?parent_id=`. 202 while it is being processed, 200 when the very same URL is already held under that title. A page that cannot be fetched becomes `failed`, with the reason.',
    fr: 'Récupérée, lue comme un fichier, puis récupérée de nouveau toutes les `refresh_hours` heures. Avec `crawl`, les pages du même site auxquelles elle mène deviennent aussi des sources, dans le respect de `robots.txt` ; listez-les avec `?parent_id=`. 202 pendant le traitement, 200 si la même URL est déjà connue sous ce titre. Une page qui ne peut pas être récupérée passe à `failed`, avec la raison.',
  },
  body: NewUrl,
  idempotent: true,
  answers: { 202: json(KnowledgeSource), 200: json(KnowledgeSource) },
  example: { url: 'https://www.example.com/help/shipping', title: 'Shipping' },
})

export const listKnowledge = operation({
  ...reads,
  id: 'listKnowledge',
  method: 'get',
  path: '/api/v1/knowledge/',
  summary: { en: 'List all sources', fr: 'Lister toutes les sources' },
  description: {
    en: 'Newest first, unless `sort` says otherwise.',
    fr: 'De la plus récente à la plus ancienne, sauf si `sort` en décide autrement.',
  },
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

export const patchKnowledge = operation({
  ...writes,
  ...id,
  id: 'patchKnowledge',
  method: 'patch',
  path: '/api/v1/knowledge/{id}',
  summary: { en: 'Change a source', fr: 'Modifier une source' },
  description: {
    en: 'Takes the fields of the source’s type; what is absent stays as it is.',
    fr: 'Accepte les champs propres au type de la source ; ce qui est absent reste inchangé.',
  },
  body: SourcePatch,
  answers: { 200: json(KnowledgeSource) },
  example: { tags: ['hours'] },
})

export const patchFile = operation({
  ...writes,
  ...id,
  id: 'patchFile',
  method: 'patch',
  path: '/api/v1/knowledge/files/{id}',
  summary: { en: 'Change a file', fr: 'Modifier un fichier' },
  description: {
    en: 'A new title is searched as well, so the file is processed again; 409 while that goes on.',
    fr: 'Un nouveau titre sert aussi à la recherche : le fichier est retraité ; 409 pendant ce temps.',
  },
  body: FilePatch,
  answers: { 200: json(KnowledgeSource) },
  example: { title: 'Handbook 2026' },
})

export const patchQa = operation({
  ...writes,
  ...id,
  id: 'patchQa',
  method: 'patch',
  path: '/api/v1/knowledge/qa/{id}',
  aliases: ['/api/v1/knowledge/qas/{id}'],
  summary: { en: 'Change a pair', fr: 'Modifier une paire' },
  description: {
    en: 'The new words are found as soon as this is answered.',
    fr: 'Les nouveaux mots sont trouvés dès la réponse de cet appel.',
  },
  body: QaPatch,
  answers: { 200: json(KnowledgeSource) },
  example: { answer: 'We are open Monday to Saturday, 9 AM to 6 PM EST.' },
})

export const reprocessFile = operation({
  ...writes,
  ...id,
  id: 'reprocessFile',
  method: 'post',
  path: '/api/v1/knowledge/files/{id}/reprocess',
  summary: { en: 'Process a file again', fr: 'Retraiter un fichier' },
  description: {
    en: 'It is found as it was until the new version is ready. 409 while it is being processed.',
    fr: 'Il reste trouvé dans sa version actuelle jusqu’à ce que la nouvelle soit prête. 409 pendant un traitement.',
  },
  body: Reprocessing,
  bodyOptional: true,
  answers: { 202: json(KnowledgeSource) },
  example: { from: 'embed' },
})

export const reprocessQa = operation({
  ...writes,
  ...id,
  id: 'reprocessQa',
  method: 'post',
  path: '/api/v1/knowledge/qa/{id}/reprocess',
  aliases: ['/api/v1/knowledge/qas/{id}/reprocess'],
  summary: { en: 'Process a pair again', fr: 'Retraiter une paire' },
  description: {
    en: 'It is found as it was until the new version is ready. 409 while it is being processed.',
    fr: 'Elle reste trouvée dans sa version actuelle jusqu’à ce que la nouvelle soit prête. 409 pendant un traitement.',
  },
  answers: { 202: json(KnowledgeSource) },
})

export const listUrls = operation({
  ...reads,
  id: 'listUrls',
  method: 'get',
  path: '/api/v1/knowledge/urls/',
  summary: { en: 'List web pages', fr: 'Lister les pages web' },
  query: SourceQuery,
  answers: { 200: json(pageOf('sources', KnowledgeSource)) },
})

export const getUrl = operation({
  ...reads,
  ...id,
  id: 'getUrl',
  method: 'get',
  path: '/api/v1/knowledge/urls/{id}',
  summary: { en: 'Get a web page', fr: 'Lire une page web' },
  answers: { 200: json(KnowledgeSource) },
})

export const deleteUrl = operation({
  ...writes,
  ...id,
  id: 'deleteUrl',
  method: 'delete',
  path: '/api/v1/knowledge/urls/{id}',
  summary: { en: 'Delete a web page', fr: 'Supprimer une page web' },
  description: {
    en: 'The first page of a crawl goes with all the pages that it found.',
    fr: 'La première page d’une exploration est supprimée avec toutes les pages trouvées.',
  },
  answers: { 200: json(z.null()) },
})

export const patchUrl = operation({
  ...writes,
  ...id,
  id: 'patchUrl',
  method: 'patch',
  path: '/api/v1/knowledge/urls/{id}',
  summary: { en: 'Change a web page', fr: 'Modifier une page web' },
  description: {
    en: 'Another URL is fetched, a new title makes the page be processed again; 409 while that goes on. `assistant_ids`, `tags` and `refresh_hours` of a crawl are those of all its pages; its URL stays.',
    fr: 'Une autre URL est récupérée, un nouveau titre fait retraiter la page ; 409 pendant ce temps. `assistant_ids`, `tags` et `refresh_hours` d’une exploration valent pour toutes ses pages ; son URL ne change pas.',
  },
  body: UrlPatch,
  answers: { 200: json(KnowledgeSource) },
  example: { url: 'https://www.example.com/help/delivery' },
})

export const reprocessUrl = operation({
  ...writes,
  ...id,
  id: 'reprocessUrl',
  method: 'post',
  path: '/api/v1/knowledge/urls/{id}/reprocess',
  summary: { en: 'Fetch a web page again', fr: 'Récupérer une page web de nouveau' },
  description: {
    en: 'With the pages that its crawl found, where it has one. Nothing changes when its server says that the page is unchanged. It is found as it was until the new version is ready. 409 while it is being processed.',
    fr: 'Avec les pages trouvées par son exploration, le cas échéant. Rien ne change si son serveur dit la page inchangée. Elle reste trouvée dans sa version actuelle jusqu’à ce que la nouvelle soit prête. 409 pendant un traitement.',
  },
  body: Reprocessing,
  bodyOptional: true,
  answers: { 202: json(KnowledgeSource) },
  example: { from: 'embed' },
})
