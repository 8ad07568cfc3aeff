import type { Router } from 'express'
import * as operations from '../../contract/operations/knowledge-use.js'
import type { AssistantSources } from '../../domain/knowledge/assistant-knowledge.js'
import type { Knowledge } from '../../domain/knowledge/knowledge.js'
import type { Passages } from '../../domain/knowledge/passages.js'
import { sendSourceEvents } from '../event-feed.js'
import { AppError } from '../../errors.js'
import { SENT, serve } from '../serve.js'

/**
 * What is done with knowledge that is there: shown, searched from widgets, chosen for assistants, watched. Its paths go
 * before `/knowledge/{id}`.
 */
export function knowledgeUseRoutes(
  router: Router,
  knowledge: Knowledge,
  passages: Passages,
  assistantSources: AssistantSources,
): void {
  serve(router, operations.searchWidget, async ({ caller, query }) => ({
    hits: await knowledge.searchFromWidget(caller, query),
  }))

  serve(router, operations.getPassage, ({ req, caller, params, query }) =>
    passages.get(caller, params.id, query, req.get('x-session-secret')),
  )

  serve(router, operations.watchKnowledge, ({ res, caller }) => {
    if (caller.assistantIds.length > 0)
      throw new AppError('forbidden', 'This key is narrowed to some assistants; events tell of all sources.')
    sendSourceEvents(res, knowledge.events, caller.orgId)
    return SENT
  })

  serve(router, operations.getAssistantKnowledge, ({ caller, params }) =>
    assistantSources.get(caller, params.id),
  )

  serve(router, operations.putAssistantKnowledge, ({ caller, params, body }) =>
    assistantSources.put(caller, params.id, body),
  )
}
