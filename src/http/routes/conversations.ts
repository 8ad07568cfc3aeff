import type { Router } from 'express'
import * as operations from '../../contract/operations/conversations.js'
import type { Conversations } from '../../domain/conversations/conversations.js'
import { asPage, Reply, serve } from '../serve.js'

/** `/conversations`: what known people ask. */
export function conversationRoutes(router: Router, conversations: Conversations): void {
  serve(router, operations.createConversation, async ({ caller, body }) => {
    const { conversation, isNew } = await conversations.create(caller, body)
    return new Reply(isNew ? 201 : 200, conversation)
  })

  serve(router, operations.listConversations, async ({ caller, query }) =>
    asPage('conversations', await conversations.list(caller, query), query),
  )

  serve(router, operations.getConversation, ({ caller, params }) => conversations.get(caller, params.id))

  serve(router, operations.patchConversation, ({ caller, params, body }) =>
    conversations.patch(caller, params.id, body),
  )

  serve(router, operations.deleteConversation, async ({ caller, params }) => {
    await conversations.erase(caller, params.id)
    return null
  })

  serve(router, operations.listConversationMessages, async ({ caller, params, query }) =>
    asPage('messages', await conversations.messages(caller, params.id, query), query),
  )
}
