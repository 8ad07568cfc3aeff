import { z } from 'zod'
import { filledText, Id, LanguageTag, optional, Paging, text, Timestamp, must } from './common.js'

/** How an assistant's replies are made: `auto` lets the appliance choose. */
export const AnswerMode = z.enum(['auto', 'quote', 'compose'], must('"auto", "quote" or "compose"'))
export type AnswerMode = z.infer<typeof AnswerMode>

const fields = {
  name: filledText(200).meta({
    description: 'What visitors see.',
    description_fr: 'Ce que voient les visiteurs.',
  }),
  description: text(4000).meta({
    description: 'Told to the model that composes replies.',
    description_fr: 'Transmise au modèle qui rédige les réponses.',
  }),
  tone: text(200).meta({
    description: 'How composed replies shall sound, in your own words.',
    description_fr: 'Le ton des réponses rédigées, dans vos propres mots.',
  }),
  language: LanguageTag.meta({
    description: 'Of replies to visitors whose language is not recognized.',
    description_fr: 'Celle des réponses quand la langue du visiteur n’est pas reconnue.',
  }),
  default_tasks: z.array(text(200), must('a list of texts')).max(50, 'must have at most 50 entries').meta({
    description: 'What it shall do, told to the model.',
    description_fr: 'Ce qu’il doit faire, transmis au modèle.',
  }),
  is_active: z.boolean(must('true or false')).meta({
    description: 'Whether it answers. Widget tokens see active assistants only.',
    description_fr: 'S’il répond. Les tokens de widget ne voient que les assistants actifs.',
  }),
  instructions: text(8000).meta({
    description: 'Further instructions for the model. Never shown to widget tokens.',
    description_fr: 'Autres consignes pour le modèle. Jamais montrées aux tokens de widget.',
  }),
  handoff_message: text(2000).meta({
    description: 'Follows “I don’t know”, where nothing in the documents answers.',
    description_fr: 'Suit « Je ne sais pas », quand les documents ne répondent pas.',
  }),
  fixed_language: LanguageTag.nullable().meta({
    description: 'Replies always in this language; null = in the visitor’s.',
    description_fr: 'Répond toujours dans cette langue ; null = dans celle du visiteur.',
  }),
  answer_mode: AnswerMode.meta({
    description:
      '`quote` answers with sentences of the documents, `compose` lets the model write, `auto` lets the appliance choose.',
    description_fr:
      '`quote` répond par des phrases des documents, `compose` laisse écrire le modèle, `auto` laisse choisir l’appareil.',
  }),
  widget_search: z.boolean(must('true or false')).meta({
    description: 'Whether widget tokens may search the knowledge.',
    description_fr: 'Si les tokens de widget peuvent chercher dans les connaissances.',
  }),
}

/** `POST /assistants/`: only the name is required. */
export const NewAssistant = z.object({
  name: fields.name,
  description: optional(fields.description),
  tone: optional(fields.tone),
  language: optional(fields.language),
  default_tasks: optional(fields.default_tasks),
  is_active: optional(fields.is_active),
  instructions: optional(fields.instructions),
  handoff_message: optional(fields.handoff_message),
  fixed_language: optional(LanguageTag),
  answer_mode: optional(fields.answer_mode),
  widget_search: optional(fields.widget_search),
})
export type NewAssistant = z.infer<typeof NewAssistant>

/** `PATCH /assistants/{id}`: what is absent stays as it is. */
export const AssistantPatch = z.object({
  name: fields.name.exactOptional(),
  description: fields.description.exactOptional(),
  tone: fields.tone.exactOptional(),
  language: fields.language.exactOptional(),
  default_tasks: fields.default_tasks.exactOptional(),
  is_active: fields.is_active.exactOptional(),
  instructions: fields.instructions.exactOptional(),
  handoff_message: fields.handoff_message.exactOptional(),
  fixed_language: fields.fixed_language.exactOptional(),
  answer_mode: fields.answer_mode.exactOptional(),
  widget_search: fields.widget_search.exactOptional(),
})
export type AssistantPatch = z.infer<typeof AssistantPatch>

const ORDERS = ['created_at', '-created_at', 'updated_at', '-updated_at', 'name', '-name'] as const

/** `GET /assistants/`: which of them, and in what order. */
export const AssistantQuery = Paging.extend({
  is_active: optional(z.stringbool(must('true or false'))),
  q: optional(text(200)).meta({
    description: 'Found anywhere in name or description; letter case of ASCII ignored.',
  }),
  sort: z
    .enum(ORDERS, must('"created_at", "updated_at" or "name", with "-" before it for the reverse'))
    .default('created_at'),
})
export type AssistantQuery = z.infer<typeof AssistantQuery>

export const Assistant = z
  .object({
    id: Id,
    ...fields,
    created_at: Timestamp,
    updated_at: Timestamp,
  })
  .meta({ id: 'Assistant' })
export type Assistant = z.infer<typeof Assistant>
