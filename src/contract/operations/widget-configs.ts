import { z } from 'zod'
import { Paging } from '../common.js'
import { json, operation, pageOf, pathOf } from '../operation.js'
import {
  NewWidgetConfig,
  PublicWidgetConfig,
  WidgetConfig,
  WidgetConfigPatch,
  WidgetConfigPath,
} from '../widget-configs.js'

const base = { tag: 'widget', thing: 'widget configuration' } as const
const reads = { ...base, access: 'key', scope: 'widgets:read' } as const
const writes = { ...base, access: 'key', scope: 'widgets:write' } as const
const all = { path: '/api/v1/widget-configs/' } as const
const one = { path: '/api/v1/widget-configs/{id}', params: pathOf('id') }

const example = {
  name: 'Shop',
  assistant_id: '550e8400-e29b-41d4-a716-446655440000',
  primary_color: '#0b5d4e',
  title: { en: 'May we help?', fr: 'On peut vous aider ?' },
  position: 'bottom-left',
  greeting_message: {
    text: { en: 'Hello! What is it about?', fr: 'Bonjour ! De quoi s’agit-il ?' },
    buttons: [
      {
        type: 'message',
        label: { en: 'Delivery', fr: 'Livraison' },
        message: { en: 'How long does delivery take?', fr: 'Combien de temps prend la livraison ?' },
      },
    ],
  },
}

export const getPublicWidgetConfig = operation({
  ...base,
  id: 'getPublicWidgetConfig',
  method: 'get',
  path: '/widget-config/{id}',
  aliases: ['/widget-config/{id}/public'],
  access: 'widget',
  scope: 'widgets:read',
  summary: { en: 'Get a widget’s configuration', fr: 'Lire la configuration d’un widget' },
  description: {
    en: 'For widgets. `id` is a configuration, or an assistant: then its own configuration is given, the newest one, or the default where it has none. The id `default` always gives the default.',
    fr: 'Pour les widgets. `id` désigne une configuration, ou un assistant : c’est alors la sienne qui est donnée, la plus récente, ou celle par défaut s’il n’en a pas. L’identifiant `default` donne toujours celle par défaut.',
  },
  params: WidgetConfigPath,
  answers: { 200: json(PublicWidgetConfig) },
})

export const listWidgetConfigs = operation({
  ...reads,
  ...all,
  id: 'listWidgetConfigs',
  method: 'get',
  summary: { en: 'List configurations', fr: 'Lister les configurations' },
  description: { en: 'Oldest first.', fr: 'De la plus ancienne à la plus récente.' },
  query: Paging,
  answers: { 200: json(pageOf('widget_configs', WidgetConfig)) },
})

export const createWidgetConfig = operation({
  ...writes,
  ...all,
  id: 'createWidgetConfig',
  method: 'post',
  summary: { en: 'Create a configuration', fr: 'Créer une configuration' },
  description: {
    en: 'Nothing is required: what is absent is as in the default. Text that could not be read on its background (below 4.5:1) is refused, and so is CSS that reaches beyond the widget.',
    fr: 'Rien n’est obligatoire : ce qui est absent vaut ce que dit la configuration par défaut. Un texte illisible sur son fond (moins de 4,5:1) est refusé, de même que du CSS qui sort du widget.',
  },
  body: NewWidgetConfig,
  idempotent: true,
  answers: { 201: json(WidgetConfig) },
  example,
})

export const getWidgetConfig = operation({
  ...reads,
  ...one,
  id: 'getWidgetConfig',
  method: 'get',
  summary: { en: 'Get a configuration', fr: 'Lire une configuration' },
  answers: { 200: json(WidgetConfig) },
})

export const patchWidgetConfig = operation({
  ...writes,
  ...one,
  id: 'patchWidgetConfig',
  method: 'patch',
  summary: { en: 'Change a configuration', fr: 'Modifier une configuration' },
  description: {
    en: 'What is absent stays as it is. Texts by language are completed by those given.',
    fr: 'Ce qui est absent reste inchangé. Les textes par langue sont complétés par ceux qui sont donnés.',
  },
  body: WidgetConfigPatch,
  answers: { 200: json(WidgetConfig) },
  example: { primary_color: '#0b5d4e', start_open: true },
})

export const replaceWidgetConfig = operation({
  ...writes,
  ...one,
  id: 'replaceWidgetConfig',
  method: 'put',
  summary: { en: 'Replace a configuration', fr: 'Remplacer une configuration' },
  description: {
    en: 'What is absent becomes what it is in the default.',
    fr: 'Ce qui est absent redevient ce que dit la configuration par défaut.',
  },
  body: NewWidgetConfig,
  answers: { 200: json(WidgetConfig) },
  example,
})

export const deleteWidgetConfig = operation({
  ...writes,
  ...one,
  id: 'deleteWidgetConfig',
  method: 'delete',
  summary: { en: 'Delete a configuration', fr: 'Supprimer une configuration' },
  answers: { 200: json(z.null()) },
})
