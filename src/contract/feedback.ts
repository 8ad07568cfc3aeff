import { z } from 'zod'
import { Id, must, optional, Paging, text, Timestamp } from './common.js'

const SESSION_RATINGS = ['positive', 'neutral', 'negative'] as const
const MESSAGE_RATINGS = ['thumbs_up', 'thumbs_down', 'incorrect'] as const
const RATINGS = [...SESSION_RATINGS, ...MESSAGE_RATINGS] as const

const Comment = text(4000)
const SessionRating = z.enum(SESSION_RATINGS, must('"positive", "neutral" or "negative"'))
const MessageRating = z.enum(MESSAGE_RATINGS, must('"thumbs_up", "thumbs_down" or "incorrect"'))
const Rating = z.enum(RATINGS, must(`one of ${RATINGS.map((name) => `"${name}"`).join(', ')}`))

/** `POST /sessions/{id}/feedback`. */
export const NewSessionFeedback = z.object({ rating: SessionRating, comment: optional(Comment) })
export type NewSessionFeedback = z.infer<typeof NewSessionFeedback>

/** `POST /message/{id}/feedback`. */
export const NewMessageFeedback = z.object({ feedback_type: MessageRating, comment: optional(Comment) })
export type NewMessageFeedback = z.infer<typeof NewMessageFeedback>

/** What is thought of a session; all null as long as nobody has said. */
export const SessionFeedback = z
  .object({
    session_id: Id,
    conversation_id: Id,
    has_feedback: z.boolean(),
    rating: SessionRating.nullable(),
    comment: z.string().nullable(),
    created_at: Timestamp.nullable(),
    updated_at: Timestamp.nullable(),
  })
  .meta({ id: 'SessionFeedback' })
export type SessionFeedback = z.infer<typeof SessionFeedback>

/** What is thought of a message; all null as long as nobody has said. */
export const MessageFeedback = z
  .object({
    message_id: Id,
    conversation_id: Id,
    has_feedback: z.boolean(),
    feedback_type: MessageRating.nullable(),
    comment: z.string().nullable(),
    created_at: Timestamp.nullable(),
    updated_at: Timestamp.nullable(),
  })
  .meta({ id: 'MessageFeedback' })
export type MessageFeedback = z.infer<typeof MessageFeedback>

/** A day or a moment, as ISO 8601; without a zone, in UTC. It comes out as a moment in UTC. */
const When = z
  .union([z.iso.date(), z.iso.datetime({ offset: true, local: true })], {
    error: 'must be a date such as "2026-01-31" or a time such as "2026-01-31T08:00:00Z"',
  })
  .transform((value) =>
    new Date(
      /T.*(?:Z|[+-]\d\d:?\d\d)$/.test(value) || !value.includes('T') ? value : `${value}Z`,
    ).toISOString(),
  )

/** `GET /feedback/`. */
export const FeedbackQuery = Paging.extend({
  assistant_id: Id.optional(),
  rating: Rating.optional(),
  from: When.optional().meta({ description: 'Given at this time or later.' }),
  to: When.optional().meta({ description: 'Given before this time.' }),
})
export type FeedbackQuery = z.infer<typeof FeedbackQuery>

/** One rating, of a session or of a message. */
export const Feedback = z
  .object({
    id: Id,
    assistant_id: Id,
    conversation_id: Id,
    /** Both are null once the session that was rated has ended. */
    session_id: Id.nullable(),
    message_id: Id.nullable(),
    rating: Rating,
    comment: z.string().nullable(),
    created_at: Timestamp,
    updated_at: Timestamp,
  })
  .meta({ id: 'Feedback' })
export type Feedback = z.infer<typeof Feedback>

/** How often each rating was given, whichever the list is narrowed to. */
export const FeedbackTotals = z
  .object(
    Object.fromEntries(RATINGS.map((name) => [name, z.int()])) as Record<(typeof RATINGS)[number], z.ZodInt>,
  )
  .meta({ id: 'FeedbackTotals' })
export type FeedbackTotals = z.infer<typeof FeedbackTotals>
