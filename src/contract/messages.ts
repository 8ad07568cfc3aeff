import { z } from 'zod'
import { filledText, Id, LanguageTag, Metadata, optional, text, Timestamp, must } from './common.js'

/** Longest message of a visitor, UTF-16 code units. */
export const MAX_MESSAGE = 8000

/** A number is a name too: clients send their database's keys. */
const Reference = z.union(
  [text(200), z.number().transform(String)],
  must('text of at most 200 characters, or a number'),
)

/** What a web site says of the page that a message is sent from. */
export const PageContext = z.object({
  url: optional(text(2000)),
  pathname: optional(text(2000)),
  title: optional(text(500)),
  referrer: optional(text(2000)),
})
export type PageContext = z.infer<typeof PageContext>

/** What a web site says of the person who writes. Anybody can send it, so nothing is proved by it. */
export const UserContext = z.object({
  userId: optional(Reference),
  email: optional(text(320)),
  name: optional(text(200)),
  metadata: optional(Metadata),
})
export type UserContext = z.infer<typeof UserContext>

/** `POST /sessions/{id}/messages` and `POST /conversations/{id}/messages`. */
export const NewMessage = z
  .object({
    content: filledText(MAX_MESSAGE).meta({
      description: 'What the visitor says.',
      description_fr: 'Ce que dit le visiteur.',
    }),
    metadata: optional(Metadata),
    locale: optional(LanguageTag),
    page_context: optional(PageContext).meta({
      description:
        'The page the visitor is on. Its title and address are told to a model that writes the reply.',
    }),
    user_context: optional(UserContext).meta({
      description:
        'Unproved; only its name is used, to address the visitor, where no stored context names them.',
    }),
    sender: optional(z.enum(['user', 'assistant'], must('"user" or "assistant"'))).meta({
      description:
        'Whose message it is. "assistant" only together with skip_ai_response: a text of the client\'s own.',
    }),
    skip_ai_response: optional(z.boolean(must('true or false'))).meta({
      description: 'True stores the message alone; no reply is made.',
    }),
  })
  .refine(({ sender, skip_ai_response: alone }) => sender !== 'assistant' || alone === true, {
    path: ['sender'],
    message: 'may be "assistant" only where skip_ai_response is true',
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
    snippet: z.string().meta({
      description: 'The quote in its surroundings, or the beginning of a stored answer.',
      description_fr: 'La citation dans son contexte, ou le début d’une réponse enregistrée.',
    }),
    url: z.string().nullable(),
    reference_id: Id.meta({
      description: 'The id of the knowledge source.',
      description_fr: 'L’identifiant de la source de connaissances.',
    }),
    passage_id: Id,
    quote: z.string().meta({
      description: 'The words of the document that the reply rests on, letter by letter.',
      description_fr: 'Les mots du document sur lesquels repose la réponse, à la lettre.',
    }),
    page: z.int().nullable(),
    section: z.string().nullable(),
    start_offset: z.int().meta({
      description: 'Where `quote` begins in the extracted text, in UTF-16 code units.',
      description_fr: 'Où commence `quote` dans le texte extrait, en unités UTF-16.',
    }),
    end_offset: z
      .int()
      .meta({ description: 'Where it ends, exclusive.', description_fr: 'Où elle finit, borne exclue.' }),
  })
  .meta({ id: 'Source' })
export type Source = z.infer<typeof Source>

/** A part of a model's prompt and its size in tokens; `index` counts within its kind, from 0. */
const PromptPart = z.object({
  kind: z.enum(['instructions', 'visitor', 'page', 'history', 'passage', 'question']),
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
    /** The words of our own that the reply opens with, to address a known person; what follows is as without them. */
    salutation: z.string().optional(),
  })
  .meta({ id: 'ReplyMetadata' })
export type ReplyMetadata = z.infer<typeof ReplyMetadata>

export const Message = z
  .object({
    id: Id,
    sender: z.enum(['user', 'assistant']),
    content: z.string(),
    metadata: z.record(z.string(), z.unknown()).meta({
      description:
        'Your own for a visitor’s message; for a reply: how it was made (`answer_mode`, `confidence_score`, `timings` …).',
      description_fr:
        'Les vôtres pour un message du visiteur ; pour une réponse : comment elle a été faite (`answer_mode`, `confidence_score`, `timings` …).',
    }),
    sources: z.array(Source),
    created_at: Timestamp,
  })
  .meta({ id: 'Message' })
export type Message = z.infer<typeof Message>

/** A message and the reply to it; one of them alone after `skip_ai_response`. */
const Pair = z.object({
  /** Null where the client stored a message as the assistant's. */
  user_message: Message.nullable(),
  assistant_message: Message.nullable().meta({
    description: 'Null after `skip_ai_response`.',
    description_fr: 'Null après `skip_ai_response`.',
  }),
})
export type Pair = z.infer<typeof Pair>

/** The answer to a message posted in a session, and the `data` of a stream's `done` frame. */
export const Exchange = Pair.extend({
  session_id: Id,
  conversation_id: Id,
  expires_at: Timestamp,
}).meta({ id: 'Exchange' })
export type Exchange = z.infer<typeof Exchange>

/** The answer to a message posted in a conversation: the assistant's message itself, or the stored one without a reply. */
export const ConversationExchange = Message.extend({
  conversation_id: Id,
  ...Pair.shape,
}).meta({ id: 'ConversationExchange' })
export type ConversationExchange = z.infer<typeof ConversationExchange>

/** The frames of a streamed reply, each `data: {json}` and a blank line; `done` holds what the JSON answer holds. */
function framesWith<T extends z.ZodType>(data: T) {
  return z.discriminatedUnion('type', [
    z.object({ type: z.literal('queue'), position: z.int(), eta_ms: z.number() }).meta({
      description: 'While others are served first.',
      description_fr: 'Pendant que d’autres passent avant.',
    }),
    z.object({ type: z.literal('sources'), sources: z.array(Source) }).meta({
      description: 'What the reply rests on, before its words.',
      description_fr: 'Ce sur quoi repose la réponse, avant ses mots.',
    }),
    z
      .object({ type: z.literal('token'), text: z.string() })
      .meta({ description: 'The next words.', description_fr: 'Les mots suivants.' }),
    z.object({ type: z.literal('done'), data }).meta({
      description: 'The end: the same as the answer without a stream.',
      description_fr: 'La fin : la même chose que la réponse sans flux.',
    }),
    z.object({ type: z.literal('error'), detail: z.string(), code: z.string() }).meta({
      description: 'The end, when the reply failed.',
      description_fr: 'La fin, quand la réponse a échoué.',
    }),
  ])
}

/** The frames of a reply in a session. */
export const StreamFrame = framesWith(Exchange)
export type StreamFrame = z.infer<typeof StreamFrame>

/** The frames of a reply in a conversation. */
export const ConversationStreamFrame = framesWith(ConversationExchange)
export type ConversationStreamFrame = z.infer<typeof ConversationStreamFrame>
