import type { Router } from 'express'
import * as operations from '../../contract/operations/assistants.js'
import type { Assistants } from '../../domain/assistants/assistants.js'
import type { AssistantRemoval } from '../../domain/assistants/remove-assistant.js'
import { asPage, serve } from '../serve.js'

/** `/assistants`, and `/agents`, its older name. */
export function assistantRoutes(router: Router, assistants: Assistants, removal: AssistantRemoval): void {
  serve(router, operations.listAssistants, async ({ req, caller, query }) => {
    const page = await assistants.list(caller, query)
    const isOlder = req.path.startsWith('/api/v1/agents')
    return { ...asPage('assistants', page, query), ...(isOlder && { agents: page.rows }) }
  })

  serve(router, operations.createAssistant, ({ caller, body }) => assistants.createFor(caller, body))

  serve(router, operations.getAssistant, ({ caller, params }) => assistants.get(caller, params.id))

  serve(router, operations.patchAssistant, ({ caller, params, body }) =>
    assistants.patch(caller, params.id, body),
  )

  serve(router, operations.replaceAssistant, ({ caller, params, body }) =>
    assistants.replace(caller, params.id, body),
  )

  serve(router, operations.deleteAssistant, async ({ caller, params }) => {
    await removal.remove(caller, params.id)
    return null
  })
}
