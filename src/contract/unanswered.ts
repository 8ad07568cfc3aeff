import { z } from 'zod'
import { filledText, Id, LanguageTag, must, optional, Timestamp } from './common.js'
import { PagedSpanQuery } from './analytics.js'
import { NewQa } from './knowledge.js'

export const UnansweredStatus = z.enum(
  ['open', 'answered', 'dismissed'],
  must('"open", "answered" or "dismissed"'),
)
export type UnansweredStatus = z.infer<typeof UnansweredStatus>

/** `GET /analytics/unanswered/`; `from` and `to` are about when a question was last asked. */
export const UnansweredQuery = PagedSpanQuery.extend({
  assistant_id: Id.optional(),
  status: UnansweredStatus.optional(),
  language: LanguageTag.optional(),
  from: PagedSpanQuery.shape.from.meta({ description: 'Last asked from then on, in ISO 8601.' }),
  to: PagedSpanQuery.shape.to.meta({ description: 'Last asked before then, in ISO 8601.' }),
})
export type UnansweredQuery = z.infer<typeof UnansweredQuery>

/** Questions that were declined and ask the same, in one language, of one assistant. */
export const UnansweredGroup = z
  .object({
    id: Id,
    assistant_id: Id,
    /** In the words of whoever asked it first. */
    question: z.string(),
    language: z.string().nullable(),
    /** How often it was asked. */
    questions: z.int(),
    status: UnansweredStatus,
    /** The Q&A pair made of it. */
    source_id: Id.nullable(),
    first_at: Timestamp,
    last_at: Timestamp,
  })
  .meta({ id: 'UnansweredGroup' })
export type UnansweredGroup = z.infer<typeof UnansweredGroup>

export const UnansweredDetails = UnansweredGroup.extend({
  /** The newest 50, newest first. */
  asked: z.array(z.object({ message_id: Id.nullable(), question: z.string(), created_at: Timestamp })),
}).meta({ id: 'UnansweredDetails' })
export type UnansweredDetails = z.infer<typeof UnansweredDetails>

/** `POST /analytics/unanswered/{id}/qa`. */
export const UnansweredAnswer = z.object({
  answer: NewQa.shape.answer,
  question: optional(filledText(1000)).meta({ description: 'Default: the question of the group.' }),
  tags: NewQa.shape.tags,
})
export type UnansweredAnswer = z.infer<typeof UnansweredAnswer>

/** `PATCH /analytics/unanswered/{id}`. */
export const UnansweredPatch = z.object({
  status: z.enum(['open', 'dismissed'], must('"open" or "dismissed"')),
})
export type UnansweredPatch = z.infer<typeof UnansweredPatch>
