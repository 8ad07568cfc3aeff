import type { ConversationRow } from '../../store/conversations.js'
import type { SessionRow } from '../../store/sessions.js'

/** Where messages are posted: a conversation, and the handle it was reached by. */
export interface Thread {
  orgId: string
  conversationId: string
  assistantId: string
  /** The client that opened it. */
  clientId: string
  /** The language tag it was opened with. */
  locale: string | null
  /** The session it was reached by, which every message pushes forward; null for a conversation by its own id. */
  sessionId: string | null
}

/** A session's conversation. */
export function threadOfSession(session: SessionRow): Thread {
  return {
    orgId: session.org_id,
    conversationId: session.conversation_id,
    assistantId: session.assistant_id,
    clientId: session.client_id,
    locale: session.locale,
    sessionId: session.id,
  }
}

/** A conversation by its own id. */
export function threadOfConversation(conversation: ConversationRow): Thread {
  return {
    orgId: conversation.org_id,
    conversationId: conversation.id,
    assistantId: conversation.assistant_id,
    clientId: conversation.client_id,
    locale: conversation.locale,
    sessionId: null,
  }
}
