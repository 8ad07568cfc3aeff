import { z } from 'zod'
import {
  filledText,
  Id,
  LanguageTag,
  Metadata,
  must,
  optional,
  Paging,
  Sort,
  text,
  Timestamp,
} from './common.js'

const Title = text(500)
const CustomerId = filledText(200)
const ContextName = filledText(200).meta({ description: 'The id of a context, or its `user_reference`.' })
const Status = z.enum(['active', 'closed'], must('"active" or "closed"'))

/** `POST /conversations/`. */
export const NewConversation = z.object({
  assistant_id: Id,
  customer_id: optional(CustomerId).meta({ description: 'Your own name for the person.' }),
  title: optional(Title),
  locale: optional(LanguageTag),
  user_context_id: optional(ContextName),
  metadata: optional(Metadata),
  resume: optional(z.boolean(must('true or false'))).meta({
    description:
      'True gives the customer’s newest active conversation with this assistant instead of a new one, if there is any.',
  }),
})
export type NewConversation = z.infer<typeof NewConversation>

/** `PATCH /conversations/{id}`: what is absent stays as it is. */
export const ConversationPatch = z.object({
  title: Title.nullable().exactOptional(),
  status: Status.exactOptional(),
  locale: LanguageTag.nullable().exactOptional(),
  user_context_id: ContextName.nullable().exactOptional(),
  metadata: optional(Metadata).meta({
    description: 'Merged into what is there: null removes a key, objects within objects are merged alike.',
  }),
})
export type ConversationPatch = z.infer<typeof ConversationPatch>

/** `GET /conversations/`. */
export const ConversationQuery = Paging.extend({
  customer_id: CustomerId.optional(),
  assistant_id: Id.optional(),
  status: Status.optional(),
  include: z.literal('sessions', must('"sessions"')).optional().meta({
    description:
      '`sessions`: those without a customer too, such as the ones of anonymous visitors’ sessions.',
  }),
  sort: Sort.default('newest'),
})
export type ConversationQuery = z.infer<typeof ConversationQuery>

export const Conversation = z
  .object({
    id: Id,
    assistant_id: Id,
    customer_id: z.string().nullable(),
    customer_verified: z.boolean().meta({
      description:
        'Whether keys or a `user_token` said who the customer is; else a browser claims it, and anybody may have.',
      description_fr:
        'Si des clés ou un `user_token` disent qui est le client ; sinon un navigateur l’affirme, et ce peut être n’importe qui.',
    }),
    title: z.string().nullable(),
    status: Status,
    locale: z.string().nullable(),
    user_context_id: Id.nullable(),
    metadata: z.record(z.string(), z.unknown()),
    message_count: z.int(),
    last_message_at: Timestamp.nullable(),
    created_at: Timestamp,
    updated_at: Timestamp,
  })
  .meta({ id: 'Conversation' })
export type Conversation = z.infer<typeof Conversation>
