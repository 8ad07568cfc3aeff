import { z } from 'zod'
import { Paging } from '../common.js'
import { ApiKey, ApiKeyWithSecret, ClientId, KeyPatch, KeyRotation, NewKey } from '../keys.js'
import { json, operation, pageOf } from '../operation.js'

const reads = { tag: 'keys', thing: 'key', access: 'key', scope: 'keys:read' } as const
const writes = { ...reads, scope: 'keys:write' } as const
const one = { path: '/api/v1/keys/{client_id}', params: z.object({ client_id: ClientId }) }

const example = {
  name: 'Web shop',
  allowed_origins: ['https://shop.example'],
  scopes: ['assistants:read', 'conversations:write'],
}

export const listKeys = operation({
  ...reads,
  id: 'listKeys',
  method: 'get',
  path: '/api/v1/keys/',
  summary: { en: 'List keys', fr: 'Lister les clés' },
  description: {
    en: 'Oldest first; never a secret.',
    fr: 'De la plus ancienne à la plus récente ; jamais un secret.',
  },
  query: Paging,
  answers: { 200: json(pageOf('keys', ApiKey)) },
})

export const createKey = operation({
  ...writes,
  id: 'createKey',
  method: 'post',
  path: '/api/v1/keys/',
  summary: { en: 'Create a key', fr: 'Créer une clé' },
  description: {
    en: 'The secret is in this answer and never again. Absent `scopes` and `assistant_ids` are those of the key that asks, which cannot give away more than it holds.',
    fr: 'Le secret figure dans cette réponse et ne sera plus jamais montré. `scopes` et `assistant_ids` absents sont ceux de la clé qui demande ; elle ne peut pas donner plus qu’elle n’a.',
  },
  body: NewKey,
  answers: { 201: json(ApiKeyWithSecret) },
  example,
})

export const getKey = operation({
  ...reads,
  ...one,
  id: 'getKey',
  method: 'get',
  summary: { en: 'Get a key', fr: 'Lire une clé' },
  answers: { 200: json(ApiKey) },
})

export const patchKey = operation({
  ...writes,
  ...one,
  id: 'patchKey',
  method: 'patch',
  summary: { en: 'Change a key', fr: 'Modifier une clé' },
  description: {
    en: 'What is absent stays as it is. At least one key that may manage keys must remain (409).',
    fr: 'Ce qui est absent reste inchangé. Il doit rester au moins une clé capable de gérer les clés (409).',
  },
  body: KeyPatch,
  answers: { 200: json(ApiKey) },
  example: { allowed_origins: ['https://shop.example', 'https://www.shop.example'] },
})

export const rotateKey = operation({
  ...writes,
  ...one,
  id: 'rotateKey',
  method: 'post',
  path: '/api/v1/keys/{client_id}/rotate',
  summary: { en: 'Give a key a new secret', fr: 'Donner un nouveau secret à une clé' },
  description: {
    en: 'The new secret is in this answer and never again. For `grace_seconds` (up to seven days) the secret before is taken as well; without, it ends at once.',
    fr: 'Le nouveau secret figure dans cette réponse et ne sera plus jamais montré. Pendant `grace_seconds` (jusqu’à sept jours), le secret précédent est encore accepté ; sinon, il prend fin aussitôt.',
  },
  body: KeyRotation,
  bodyOptional: true,
  answers: { 200: json(ApiKeyWithSecret) },
  example: { grace_seconds: 3600 },
})

export const deleteKey = operation({
  ...writes,
  ...one,
  id: 'deleteKey',
  method: 'delete',
  summary: { en: 'Delete a key', fr: 'Supprimer une clé' },
  description: {
    en: 'Its secret and its widget tokens end at once; conversations stay. At least one key that may manage keys must remain (409).',
    fr: 'Son secret et ses tokens de widget prennent fin aussitôt ; les conversations restent. Il doit rester au moins une clé capable de gérer les clés (409).',
  },
  answers: { 200: json(z.null()) },
})
