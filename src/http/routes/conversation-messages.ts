import type { Router } from 'express'
import type { ConversationExchange, Pair } from '../../contract/messages.js'
import { sendConversationMessage } from '../../contract/operations/conversation-messages.js'
import type { Conversations } from '../../domain/conversations/conversations.js'
import type { Messages } from '../../domain/conversations/messages.js'
import { threadOfConversation } from '../../domain/conversations/thread.js'
import { serve } from '../serve.js'
import { Turned } from '../turned.js'

/** Messages in `/conversations/{id}`. */
export function conversationMessageRoutes(
  router: Router,
  conversations: Conversations,
  messages: Messages,
): void {
  serve(router, sendConversationMessage, async ({ caller, params, body }) => {
    const conversation = await conversations.open({ caller, id: params.id })
    const { turn } = await messages.send(threadOfConversation(conversation), body)
    return new Turned(turn, (pair) => flat(conversation.id, pair))
  })
}

/** The assistant's message itself, with both beside it; the posted one where there is no reply. */
function flat(conversationId: string, pair: Pair): ConversationExchange {
  const message = pair.assistant_message ?? pair.user_message
  if (message === null) throw new Error('An exchange has a message.')
  return { ...message, conversation_id: conversationId, ...pair }
}
