import { z } from 'zod'
import { filledText, Id, optional, Paging, text, Timestamp, must } from './common.js'

const tags = z.array(filledText(100), must('a list of texts')).max(50, 'must have at most 50 entries')
const assistantIds = z.array(Id, must('a list of UUIDs')).max(200, 'must have at most 200 entries')

/** `POST /knowledge/qa/`. */
export const NewQa = z.object({
  question: filledText(1000),
  answer: filledText(20_000),
  tags: optional(tags).meta({ description: 'Your own labels.', description_fr: 'Vos propres étiquettes.' }),
  source: optional(text(200)).meta({
    description: 'Where the answer comes from, for people.',
    description_fr: 'D’où vient la réponse, pour les personnes.',
  }),
  assistant_ids: optional(assistantIds).meta({
    description: 'Only these assistants may use it; absent or empty = all of them.',
    description_fr: 'Seuls ces assistants peuvent s’en servir ; absent ou vide = tous.',
  }),
})
export type NewQa = z.infer<typeof NewQa>

/** The fields beside the file of `POST /knowledge/files/`; they come as multipart text. */
export const NewFile = z.object({
  title: optional(text(500)).meta({
    description: 'Shown with quotations; absent = the file’s name.',
    description_fr: 'Affiché avec les citations ; absent = le nom du fichier.',
  }),
  file_type: optional(text(100)).meta({
    description: 'A hint; the content decides.',
    description_fr: 'Un indice ; le contenu décide.',
  }),
  /** Repeated field, or one field with commas between. */
  assistant_ids: optional(
    z.preprocess(
      (value) =>
        typeof value === 'string'
          ? value
              .split(',')
              .map((id) => id.trim())
              .filter(Boolean)
          : value,
      assistantIds,
    ),
  ),
})
export type NewFile = z.infer<typeof NewFile>

export const SourceType = z.enum(['file', 'qa', 'url'], must('"file", "qa" or "url"'))
export const SourceStatus = z.enum(
  ['pending', 'processing', 'ready', 'failed'],
  'must be "pending", "processing", "ready" or "failed"',
)

/** `GET /knowledge/`. */
export const SourceQuery = Paging.extend({
  type: SourceType.optional(),
  status: SourceStatus.optional(),
  q: text(200).optional().meta({
    description: 'Only sources with this text in their title, file name or question.',
    description_fr:
      'Seulement les sources dont le titre, le nom de fichier ou la question contient ce texte.',
  }),
})
export type SourceQuery = z.infer<typeof SourceQuery>

/** Something the organization has taught its assistants. */
export const KnowledgeSource = z
  .object({
    id: Id,
    type: SourceType,
    title: z.string(),
    status: SourceStatus,
    stage: z.enum(['fetch', 'extract', 'chunk', 'embed', 'index']).nullable().meta({
      description: 'Which step is running; null when none is.',
      description_fr: 'L’étape en cours ; null s’il n’y en a pas.',
    }),
    error: z.string().nullable().meta({
      description: 'Why it failed, in one sentence.',
      description_fr: 'Pourquoi elle a échoué, en une phrase.',
    }),
    progress: z.object({
      pages_done: z.int(),
      pages: z.int().nullable(),
      passages_done: z.int(),
      passages: z.int().meta({
        description: 'How many pieces search can find.',
        description_fr: 'Combien de passages la recherche peut trouver.',
      }),
    }),
    language: z.string().nullable().meta({
      description: 'Of its text, as recognized.',
      description_fr: 'Celle de son texte, telle que reconnue.',
    }),
    pages: z.int().nullable(),
    passages: z.int(),
    bytes: z.int().nullable(),
    sha256: z.string().nullable(),
    file_name: z.string().nullable(),
    file_type: z.string().nullable(),
    media_type: z.string().nullable(),
    url: z.string().nullable(),
    question: z.string().nullable(),
    answer: z.string().nullable(),
    tags: z.array(z.string()),
    source: z.string().nullable(),
    assistant_ids: z.array(Id).meta({
      description: 'Empty = every assistant of the organization.',
      description_fr: 'Vide = tous les assistants de l’organisation.',
    }),
    created_at: Timestamp,
    updated_at: Timestamp,
  })
  .meta({ id: 'KnowledgeSource' })
export type KnowledgeSource = z.infer<typeof KnowledgeSource>

/** `POST /knowledge/search`. */
export const KnowledgeSearch = z.object({
  query: filledText(1000),
  assistant_id: optional(Id),
  limit: optional(z.int(must('a whole number')).min(1, 'must be at least 1').max(50, 'must be at most 50')),
})
export type KnowledgeSearch = z.infer<typeof KnowledgeSearch>

export const KnowledgeHit = z
  .object({
    source_id: Id,
    passage_id: Id,
    type: SourceType,
    title: z.string(),
    text: z.string(),
    page: z.int().nullable(),
    section: z.string().nullable(),
    score: z.number().meta({
      description: 'Of both searches together; higher is better.',
      description_fr: 'Des deux recherches ensemble ; plus haut vaut mieux.',
    }),
    lexical_score: z
      .number()
      .meta({ description: 'Of the search by words.', description_fr: 'De la recherche par mots.' }),
    vector_score: z
      .number()
      .meta({ description: 'Of the search by meaning.', description_fr: 'De la recherche par le sens.' }),
  })
  .meta({ id: 'KnowledgeHit' })
export type KnowledgeHit = z.infer<typeof KnowledgeHit>
