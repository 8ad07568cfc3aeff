import { z } from 'zod'
import { filledText, Id, must, Paging, Timestamp } from './common.js'
import { ReplyMode } from './messages.js'

const moment = z
  .union(
    [z.iso.datetime({ offset: true }), z.iso.date()],
    must('an ISO 8601 time such as "2026-05-04T12:00:00Z"'),
  )
  .optional()

const span = {
  from: moment.meta({ description: 'The beginning, in ISO 8601. Default: 24 hours before the end.' }),
  to: moment.meta({ description: 'The end, in ISO 8601. Default: now.' }),
}

export const Bucket = z.enum(['hour', 'day'], must('"hour" or "day"'))
export type Bucket = z.infer<typeof Bucket>

/** A time that is asked about. */
export const SpanQuery = z.object(span)
export type SpanQuery = z.infer<typeof SpanQuery>

/** The same, with a list. */
export const PagedSpanQuery = Paging.extend(span)
export type PagedSpanQuery = z.infer<typeof PagedSpanQuery>

/** A time that is asked about, cut into hours or days. */
export const BucketQuery = z.object({ ...span, bucket: Bucket.default('hour') })
export type BucketQuery = z.infer<typeof BucketQuery>

export const FeedbackQuery = z.object({ ...span, assistant_id: Id.optional() })
export type FeedbackQuery = z.infer<typeof FeedbackQuery>

export const EventQuery = BucketQuery.extend({ assistant_id: Id.optional() })
export type EventQuery = z.infer<typeof EventQuery>

export const RequestLogQuery = PagedSpanQuery.extend({
  status: z.coerce.number(must('a status such as 404')).int().min(100).max(599).optional(),
  method: z
    .enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'], must('a method such as "POST"'))
    .optional(),
  route: filledText(200)
    .optional()
    .meta({ description: 'A pattern as the log has it: `/api/v1/sessions/:id/messages`.' }),
  client_id: filledText(100).optional(),
})
export type RequestLogQuery = z.infer<typeof RequestLogQuery>

/** The time that an answer is about; counts are kept by the hour, so they begin with a whole one. */
export const Covered = z.object({ from: Timestamp, to: Timestamp })

/** One request: the pattern of its path, never ids or contents. */
export const RequestLogEntry = z
  .object({
    request_id: z.string(),
    client_id: z.string().nullable(),
    caller: z.enum(['key', 'widget', 'operator']),
    method: z.string(),
    route: z.string(),
    status: z.int(),
    ms: z.number(),
    created_at: Timestamp,
  })
  .meta({ id: 'RequestLogEntry' })
export type RequestLogEntry = z.infer<typeof RequestLogEntry>

const latency = z.number().nullable().meta({ description: 'Milliseconds, true to 5 %.' })
const load = { requests: z.int(), errors: z.int() }

/** Requests, those answered with 400 or above, and how long they took. */
export const EndpointLoad = z.object({ ...load, p50_ms: latency, p95_ms: latency, p99_ms: latency })
export type EndpointLoad = z.infer<typeof EndpointLoad>

export const EndpointUsage = z
  .object({ method: z.string(), route: z.string(), ...EndpointLoad.shape })
  .meta({ id: 'EndpointUsage' })
export type EndpointUsage = z.infer<typeof EndpointUsage>

export const Usage = z
  .object({
    ...load,
    tokens: z.object({ prompt: z.int(), cached: z.int(), completion: z.int() }),
    /** Sessions begun. */
    sessions: z.int(),
    /** Messages of visitors and assistants. */
    messages: z.int(),
    replies: z.object({ total: z.int(), ...byMode() }),
    declined_share: z
      .number()
      .nullable()
      .meta({ description: 'Of the replies that are no small talk, in [0, 1]; null where there are none.' }),
  })
  .meta({ id: 'Usage' })
export type Usage = z.infer<typeof Usage>

export const UsageReport = Covered.extend({
  bucket: Bucket,
  totals: Usage,
  buckets: z.array(Usage.extend({ start: Timestamp })),
})
export type UsageReport = z.infer<typeof UsageReport>

const limited = { requests: z.int(), limited: z.int().meta({ description: 'Requests answered with 429.' }) }

export const RateLimitReport = Covered.extend({
  /** Requests an hour; null = no limit. */
  limit: z.int().nullable(),
  /** The hour under way. */
  window: z.object({ used: z.int(), remaining: z.int().nullable(), resets_at: Timestamp.nullable() }),
  bucket: Bucket,
  totals: z.object(limited),
  buckets: z.array(z.object({ start: Timestamp, ...limited })),
})
export type RateLimitReport = z.infer<typeof RateLimitReport>

export const KeyUsage = z
  .object({
    client_id: z.string(),
    name: z.string().nullable().meta({
      description: 'Null for a client that was deleted.',
      description_fr: 'Null pour un client supprimé.',
    }),
    ...load,
    last_used_at: Timestamp.nullable(),
  })
  .meta({ id: 'KeyUsage' })
export type KeyUsage = z.infer<typeof KeyUsage>

export const Ratings = z
  .object({
    thumbs_up: z.int(),
    thumbs_down: z.int(),
    incorrect: z.int(),
    positive: z.int(),
    neutral: z.int(),
    negative: z.int(),
    positive_share: z.number().nullable().meta({
      description: 'Thumbs up and positive ones, of all that are not neutral; null where there are none.',
    }),
  })
  .meta({ id: 'Ratings' })
export type Ratings = z.infer<typeof Ratings>

export const FeedbackReport = Covered.extend({
  totals: Ratings,
  assistants: z.array(Ratings.extend({ assistant_id: Id, name: z.string() })),
})
export type FeedbackReport = z.infer<typeof FeedbackReport>

export const EventReport = Covered.extend({
  bucket: Bucket,
  /** Events of all types. */
  total: z.int(),
  /** The commonest types first, at most 100. */
  events: z.array(
    z.object({
      event_type: z.string(),
      count: z.int(),
      /** Those in which there were any. */
      buckets: z.array(z.object({ start: Timestamp, count: z.int() })),
    }),
  ),
})
export type EventReport = z.infer<typeof EventReport>

function byMode() {
  return Object.fromEntries(ReplyMode.options.map((mode) => [mode, z.int()])) as Record<ReplyMode, z.ZodInt>
}
