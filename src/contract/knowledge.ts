import { z } from 'zod'
import { filledText, Id, optional, Paging, text, Timestamp, must } from './common.js'

const tags = z.array(filledText(100), must('a list of texts')).max(50, 'must have at most 50 entries')
const assistantIds = z.array(Id, must('a list of UUIDs')).max(200, 'must have at most 200 entries')

/** `POST /knowledge/qa/`. */
export const NewQa = z.object({
  question: filledText(1000),
  answer: filledText(20_000),
  tags: optional(tags),
  source: optional(text(200)),
  /** Only these assistants may use it; absent or empty = all of them. */
  assistant_ids: optional(assistantIds),
})
export type NewQa = z.infer<typeof NewQa>

/** The fields beside the file of `POST /knowledge/files/`; they come as multipart text. */
export const NewFile = z.object({
  title: optional(text(500)),
  file_type: optional(text(100)),
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
  q: text(200).optional(),
})
export type SourceQuery = z.infer<typeof SourceQuery>

/** Something the organization has taught its assistants. */
export const KnowledgeSource = z
  .object({
    id: Id,
    type: SourceType,
    title: z.string(),
    status: SourceStatus,
    stage: z.enum(['fetch', 'extract', 'chunk', 'embed', 'index']).nullable(),
    error: z.string().nullable(),
    progress: z.object({
      pages_done: z.int(),
      pages: z.int().nullable(),
      passages_done: z.int(),
      passages: z.int(),
    }),
    language: z.string().nullable(),
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
    /** Empty = every assistant of the organization. */
    assistant_ids: z.array(Id),
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
    score: z.number(),
    lexical_score: z.number(),
    vector_score: z.number(),
  })
  .meta({ id: 'KnowledgeHit' })
export type KnowledgeHit = z.infer<typeof KnowledgeHit>
