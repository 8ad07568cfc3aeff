import { z } from 'zod'
import { Context, ContextPatch, ContextQuery, NewContext } from '../contexts.js'
import { json, operation, pageOf } from '../operation.js'

const base = { tag: 'contexts', thing: 'context', access: 'key' } as const
const reads = { ...base, scope: 'contexts:read' } as const
const writes = { ...base, scope: 'contexts:write' } as const
const all = { path: '/api/v1/contexts/' }
const params = z.object({
  id: z.string().min(1).max(600).meta({ description: 'The id of a context, or its `user_reference`.' }),
})
const one = { path: '/api/v1/contexts/{id}', params }

export const createContext = operation({
  ...writes,
  ...all,
  id: 'createContext',
  method: 'post',
  summary: { en: 'Tell of a user', fr: 'Décrire un utilisateur' },
  description: {
    en: 'Creates the context of a person. For a `user_reference` that is known already, the traits are merged into what is there and the answer is 200: null removes a key, objects within objects are merged alike, lists are replaced.',
    fr: 'Crée le contexte d’une personne. Pour un `user_reference` déjà connu, les traits sont fusionnés avec l’existant et la réponse est 200 : null supprime une clé, les objets imbriqués sont fusionnés de même, les listes sont remplacées.',
  },
  body: NewContext,
  idempotent: true,
  answers: { 201: json(Context), 200: json(Context) },
  example: {
    user_reference: 'user-456',
    traits: {
      name: 'John Doe',
      email: 'john@example.com',
      subscription_tier: 'premium',
      preferences: { language: 'en', notifications: true },
    },
  },
})

export const listContexts = operation({
  ...reads,
  ...all,
  id: 'listContexts',
  method: 'get',
  summary: { en: 'List contexts', fr: 'Lister les contextes' },
  description: { en: 'Newest first.', fr: 'Du plus récent au plus ancien.' },
  query: ContextQuery,
  answers: { 200: json(pageOf('contexts', Context)) },
})

export const getContext = operation({
  ...reads,
  ...one,
  id: 'getContext',
  method: 'get',
  summary: { en: 'Get a context', fr: 'Lire un contexte' },
  answers: { 200: json(Context) },
})

export const patchContext = operation({
  ...writes,
  ...one,
  id: 'patchContext',
  method: 'patch',
  summary: { en: 'Change a context', fr: 'Modifier un contexte' },
  description: {
    en: 'Traits are merged as when a context is told of again.',
    fr: 'Les traits sont fusionnés comme lorsqu’un contexte est décrit à nouveau.',
  },
  body: ContextPatch,
  answers: { 200: json(Context) },
  example: { traits: { subscription_tier: 'basic', preferences: { notifications: null } } },
})

export const deleteContext = operation({
  ...writes,
  ...one,
  id: 'deleteContext',
  method: 'delete',
  summary: { en: 'Delete a context', fr: 'Supprimer un contexte' },
  description: {
    en: 'Conversations go on without it.',
    fr: 'Les conversations continuent sans lui.',
  },
  answers: { 200: json(z.null()) },
})
