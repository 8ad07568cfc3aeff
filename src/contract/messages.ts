import { z } from 'zod'
import { filledText, Id, LanguageTag, Metadata, optional, text, Timestamp, must } from './common.js'

/** Longest message of a visitor, UTF-16 code units. */
export const MAX_MESSAGE = 8000

/** `POST /sessions/{id}/messages`. */
export const NewMessage = z.object({
  content: filledText(MAX_MESSAGE),
  metadata: optional(Metadata),
  locale: optional(LanguageTag),
  page_context: optional(
    z.object({
      url: optional(text(2000)),
      pathname: optional(text(2000)),
      title: optional(text(500)),
      referrer: optional(text(2000)),
    }),
  ),
  skip_ai_response: optional(z.boolean(must('true or false'))),
})
export type NewMessage = z.infer<typeof NewMessage>

/** How a reply came about. */
export const ReplyMode = z.enum(['verbatim', 'quote', 'compose', 'declined', 'smalltalk'])
export type ReplyMode = z.infer<typeof ReplyMode>

/** Where a reply, or a part of it, comes from. */
export const Source = z
  .object({
    type: z.enum(['knowledge_base', 'knowledge_qa', 'knowledge_url']),
    title: z.string(),
    snippet: z.string(),
    url: z.string().nullable(),
    /** The source's id. */
    reference_id: Id,
    passage_id: Id,
    /** The words of the document that the reply rests on, letter by letter. */
    quote: z.string(),
    page: z.int().nullable(),
    section: z.string().nullable(),
    /** Where `quote` lies in the source's extracted text: UTF-16 code units, end exclusive. */
    start_offset: z.int(),
    end_offset: z.int(),
  })
  .meta({ id: 'Source' })
export type Source = z.infer<typeof Source>

/** A part of a model's prompt and its size in tokens; `index` counts within its kind, from 0. */
const PromptPart = z.object({
  kind: z.enum(['instructions', 'visitor', 'history', 'passage', 'question']),
  index: z.int(),
  tokens: z.int(),
})

/** What an assistant's message tells of itself. Times are milliseconds, counts are tokens. */
export const ReplyMetadata = z
  .object({
    answer_mode: ReplyMode,
    /** The chat model that wrote it; null when no model did. */
    model: z.string().nullable(),
    language: z.string(),
    assistant_unsure: z.boolean(),
    handoff: z.boolean(),
    confidence_score: z.number(),
    confidence_threshold: z.number(),
    /** Every sentence is literally in the sources; null where nothing was cited. */
    citation_validation_passed: z.boolean().nullable(),
    usage: z.object({ prompt_tokens: z.int(), cached_tokens: z.int(), completion_tokens: z.int() }),
    timings: z.object({
      queue_ms: z.number(),
      retrieval_ms: z.number(),
      first_token_ms: z.number(),
      total_ms: z.number(),
    }),
    budget: z.object({ kept: z.array(PromptPart), dropped: z.array(PromptPart) }),
    /** Why a model that was asked for did not write it. */
    fallback: z.string().optional(),
  })
  .meta({ id: 'ReplyMetadata' })
export type ReplyMetadata = z.infer<typeof ReplyMetadata>

export const Message = z
  .object({
    id: Id,
    sender: z.enum(['user', 'assistant']),
    content: z.string(),
    /** The client's own for a visitor's message, ReplyMetadata for an assistant's. */
    metadata: z.record(z.string(), z.unknown()),
    sources: z.array(Source),
    created_at: Timestamp,
  })
  .meta({ id: 'Message' })
export type Message = z.infer<typeof Message>

/** The answer to a posted message, and the `data` of a stream's `done` frame. */
export const Exchange = z
  .object({
    session_id: Id,
    conversation_id: Id,
    expires_at: Timestamp,
    user_message: Message,
    /** Null after `skip_ai_response`. */
    assistant_message: Message.nullable(),
  })
  .meta({ id: 'Exchange' })
export type Exchange = z.infer<typeof Exchange>

/** The frames of a streamed reply, each `data: {json}` and a blank line. */
export const StreamFrame = z.discriminatedUnion('type', [
  z.object({ type: z.literal('queue'), position: z.int(), eta_ms: z.number() }),
  z.object({ type: z.literal('sources'), sources: z.array(Source) }),
  z.object({ type: z.literal('token'), text: z.string() }),
  z.object({ type: z.literal('done'), data: Exchange }),
  z.object({ type: z.literal('error'), detail: z.string(), code: z.string() }),
])
export type StreamFrame = z.infer<typeof StreamFrame>
