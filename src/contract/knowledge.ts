import { z } from 'zod'
import { filledText, Id, optional, Paging, text, Timestamp, must } from './common.js'
import { Crawl, CrawlLimits, PageUrl, RefreshHours } from './web-pages.js'

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

/** `POST /knowledge/urls/`. */
export const NewUrl = z.object({
  url: PageUrl,
  /** Absent = the title that the page gives itself. */
  title: optional(text(500)),
  assistant_ids: optional(assistantIds),
  tags: optional(tags),
  refresh_hours: RefreshHours,
  crawl: optional(CrawlLimits).meta({
    description:
      'Reads the pages of the same site that this one leads to as well; `{}` = within the usual limits.',
    description_fr:
      'Lit aussi les pages du même site auxquelles celle-ci mène ; `{}` = dans les limites habituelles.',
  }),
})
export type NewUrl = z.infer<typeof NewUrl>

/** `PATCH /knowledge/files/{id}`. */
export const FilePatch = z.object({
  title: optional(filledText(500)),
  tags: optional(tags),
  assistant_ids: optional(assistantIds),
})

/** `PATCH /knowledge/qa/{id}`. */
export const QaPatch = z.object({
  question: optional(filledText(1000)),
  answer: optional(filledText(20_000)),
  tags: optional(tags),
  source: text(200).nullable().optional(),
  assistant_ids: optional(assistantIds),
})

/** `PATCH /knowledge/urls/{id}`. */
export const UrlPatch = FilePatch.extend({ url: optional(PageUrl), refresh_hours: RefreshHours })

const Stage = z.enum(
  ['fetch', 'extract', 'chunk', 'embed', 'index'],
  must('"fetch", "extract", "chunk", "embed" or "index"'),
)

/** `POST /knowledge/{files,urls,qa}/{id}/reprocess`. */
export const Reprocessing = z.object({
  from: optional(Stage).meta({
    description:
      'The step to begin at; where nothing is kept of the one before it, processing begins earlier. Absent = the first.',
    description_fr:
      'L’étape par laquelle commencer ; si rien n’est conservé de la précédente, le traitement commence plus tôt. Absent = la première.',
  }),
})
export type Reprocessing = z.infer<typeof Reprocessing>

/** `PATCH /knowledge/{id}`: the fields of whatever type the source is of; others are ignored. */
export const SourcePatch = UrlPatch.extend(QaPatch.shape)
export type SourcePatch = z.infer<typeof SourcePatch>

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
    description: 'Only sources with this text in their title, file name, question or URL.',
    description_fr:
      'Seulement les sources dont le titre, le nom de fichier, la question ou l’URL contient ce texte.',
  }),
  tag: text(100).optional(),
  parent_id: Id.optional().meta({
    description: 'Only the pages that this crawl found.',
    description_fr: 'Seulement les pages trouvées par cette exploration.',
  }),
  /** What this assistant uses. */
  assistant_id: Id.optional(),
  /** "-" = the greatest first. */
  sort: z
    .enum(
      ['created_at', '-created_at', 'updated_at', '-updated_at', 'title', '-title'],
      must('"created_at", "updated_at" or "title", with "-" before it for the greatest first'),
    )
    .default('-created_at'),
})
export type SourceQuery = z.infer<typeof SourceQuery>

/** Something about a source that was read, but not wholly or not as it was given. */
const SourceWarning = z.object({
  code: z.enum(['pages_unreadable', 'type_mismatch', 'parts_left_out', 'text_recognized']),
  message: z.string().meta({ description: 'One sentence for people.' }),
  pages: z.array(z.int()).optional(),
})

/** Something the organization has taught its assistants. */
export const KnowledgeSource = z
  .object({
    id: Id,
    type: SourceType,
    title: z.string(),
    status: SourceStatus,
    stage: Stage.nullable().meta({
      description: 'Which step is running, or failed; null when none is.',
      description_fr: 'L’étape en cours, ou qui a échoué ; null s’il n’y en a pas.',
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
    summary: z
      .string()
      .nullable()
      .meta({ description: 'The first sentences of its text, letter by letter.' }),
    keywords: z.array(z.string()),
    final_url: z.string().nullable().meta({ description: 'Where the page was found, after redirects.' }),
    fetched_at: Timestamp.nullable().meta({
      description: 'When the page was last fetched, or found unchanged.',
      description_fr: 'Quand la page a été récupérée, ou trouvée inchangée, pour la dernière fois.',
    }),
    refresh_hours: z.int().nullable(),
    next_refresh_at: Timestamp.nullable(),
    refresh_error: z.string().nullable().meta({
      description: 'Why the last fetching by itself failed; the page is found as it was.',
      description_fr:
        'Pourquoi la dernière récupération automatique a échoué ; la page reste trouvée telle quelle.',
    }),
    parent_id: Id.nullable().meta({
      description: 'The source of the crawl that found the page.',
      description_fr: 'La source de l’exploration qui a trouvé la page.',
    }),
    crawl: Crawl.nullable(),
    warnings: z.array(SourceWarning).meta({
      description: 'What to know although it is ready: pages that could not be read, a wrong file name.',
      description_fr:
        'Ce qu’il faut savoir bien qu’elle soit prête : des pages illisibles, un nom de fichier trompeur.',
    }),
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

/** A passage by itself. */
const PassageText = z.object({
  id: Id,
  text: z.string(),
  page: z.int().nullable(),
  section: z.string().nullable(),
  start_offset: z.int(),
  end_offset: z.int(),
})

/** `GET /knowledge/passages/{id}`. */
export const KnowledgePassage = PassageText.extend({
  source_id: Id,
  type: SourceType,
  title: z.string(),
  url: z.string().nullable(),
  language: z.string().nullable(),
  before: PassageText.nullable(),
  after: PassageText.nullable(),
}).meta({ id: 'KnowledgePassage' })
export type KnowledgePassage = z.infer<typeof KnowledgePassage>

/** What a widget token shows to read a passage that was cited to it. */
export const PassageQuery = z.object({
  session_id: Id.optional(),
  conversation_id: Id.optional(),
})
export type PassageQuery = z.infer<typeof PassageQuery>

const sourceIds = z.array(Id, must('a list of UUIDs')).max(5000, 'must have at most 5000 entries')

/** `PUT /assistants/{id}/knowledge`: which sources an assistant uses. */
export const AssistantKnowledge = z
  .object({
    mode: z.enum(['all', 'included'], must('"all" or "included"')).meta({
      description: '`all`: every source that is open to it; `included`: only those that are named.',
    }),
    include: sourceIds.default([]),
    exclude: sourceIds.default([]).meta({ description: 'Left out in either mode.' }),
  })
  .meta({ id: 'AssistantKnowledge' })
export type AssistantKnowledge = z.infer<typeof AssistantKnowledge>

/** `GET /knowledge/search/widget`. */
export const WidgetSearch = z.object({
  assistant_id: Id,
  q: filledText(1000),
  limit: z.coerce
    .number(must('a number'))
    .int('must be a whole number')
    .min(1, 'must be at least 1')
    .max(20, 'must be at most 20')
    .default(5),
})
export type WidgetSearch = z.infer<typeof WidgetSearch>

export const WidgetHit = z
  .object({
    id: Id,
    type: SourceType,
    title: z.string(),
    snippet: z.string(),
    source_url: z.string().nullable(),
  })
  .meta({ id: 'WidgetHit' })
export type WidgetHit = z.infer<typeof WidgetHit>

/** A frame of `GET /knowledge/events`: how a source stands now. */
export const SourceEvent = z
  .object({ type: z.literal('source') })
  .extend(KnowledgeSource.pick({ id: true, stage: true, progress: true, error: true, parent_id: true }).shape)
  .extend({ status: z.enum(['pending', 'processing', 'ready', 'failed', 'deleted']) })
  .meta({ id: 'SourceEvent' })
export type SourceEvent = z.infer<typeof SourceEvent>
