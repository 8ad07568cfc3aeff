import { z } from 'zod'

/**
 * The words between the API process and its inference child. Both ends parse what they receive with these
 * schemas, so a child gone mad is an error here and never a wrong reply.
 */

const replyId = z.int().nonnegative()
const count = z.int().nonnegative()

/** A prompt of more characters than this is refused before anything tries to tokenise it. */
export const MAX_CONTENT_CHARACTERS = 400_000

export const Device = z.enum(['cpu', 'cuda', 'vulkan', 'metal'])
export type Device = z.infer<typeof Device>

const PromptMessages = z
  .array(
    z.object({
      role: z.enum(['system', 'user', 'assistant']),
      content: z.string().max(MAX_CONTENT_CHARACTERS),
    }),
  )
  .min(1)

export const LoadCommand = z.object({
  type: z.literal('load'),
  modelFile: z.string(),
  threads: z.int().min(1),
  gpu: z.enum(['auto', 'off', 'cuda', 'vulkan', 'metal']),
  contextTokens: z.int().min(1),
})
export type LoadCommand = z.infer<typeof LoadCommand>

export const GenerateCommand = z.object({
  type: z.literal('generate'),
  id: replyId,
  messages: PromptMessages,
  maxTokens: z.int().min(1),
  temperature: z.number().min(0),
})
export type GenerateCommand = z.infer<typeof GenerateCommand>

/** What the API process may ask of the child. `close` frees everything and ends the process. */
export const Command = z.discriminatedUnion('type', [
  LoadCommand,
  GenerateCommand,
  z.object({ type: z.literal('abort'), id: replyId }),
  z.object({ type: z.literal('ping') }),
  z.object({ type: z.literal('close') }),
])
export type Command = z.infer<typeof Command>

const usage = z.object({ promptTokens: count, cachedTokens: count, completionTokens: count })

/** What the child says about one reply. Exactly one of `end`, `refused` and `aborted` closes each. */
export const ReplyMessage = z.discriminatedUnion('type', [
  /** The prompt fits; evaluation begins. */
  z.object({ type: z.literal('accepted'), id: replyId }),
  /** Part of the prompt has been evaluated: a sign of life before the first token. */
  z.object({ type: z.literal('progress'), id: replyId }),
  z.object({ type: z.literal('token'), id: replyId, text: z.string() }),
  z.object({ type: z.literal('end'), id: replyId, usage, reason: z.enum(['stop', 'length']) }),
  z.object({
    type: z.literal('refused'),
    id: replyId,
    code: z.enum(['too_large', 'model_unavailable']),
    detail: z.string(),
  }),
  z.object({ type: z.literal('aborted'), id: replyId }),
])
export type ReplyMessage = z.infer<typeof ReplyMessage>

/** Everything the child may say. `load_failed` means that trying the same file again is pointless. */
export const ChildMessage = z.union([
  z.discriminatedUnion('type', [
    z.object({ type: z.literal('ready'), device: Device, contextTokens: z.int().min(1) }),
    z.object({ type: z.literal('load_failed'), detail: z.string() }),
    z.object({ type: z.literal('pong') }),
  ]),
  ReplyMessage,
])
export type ChildMessage = z.infer<typeof ChildMessage>
