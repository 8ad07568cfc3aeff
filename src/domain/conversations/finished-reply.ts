import type { ReplyMetadata } from '../../contract/messages.js'

/** A reply that has been stored, told to whoever counts or learns from them. */
export interface FinishedReply {
  orgId: string
  clientId: string
  assistantId: string
  conversationId: string
  userMessageId: string
  /** The visitor's words. */
  question: string
  /** The language of the reply, a BCP 47 tag. */
  language: string
  metadata: ReplyMetadata
}

/** Hears of finished replies, after they are stored. What it throws is logged and does the reply no harm. */
export type ReplyObserver = (reply: FinishedReply) => void
