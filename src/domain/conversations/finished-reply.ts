import type { ReplyMetadata } from '../../contract/messages.js'

/** A reply that has been made and kept. */
export interface FinishedReply {
  orgId: string
  clientId: string
  assistantId: string
  conversationId: string
  userMessageId: string
  /** What the visitor asked, in their words. */
  question: string
  language: string
  metadata: ReplyMetadata
}

/** Told of every reply after it has been kept; it neither throws nor makes anybody wait. */
export type ReplyObserver = (reply: FinishedReply) => void
