import type { Router } from 'express'
import * as operations from '../../contract/operations/contexts.js'
import type { Contexts } from '../../domain/contexts/contexts.js'
import { asPage, Reply, serve } from '../serve.js'

/** `/contexts`: what an organization tells of its users. */
export function contextRoutes(router: Router, contexts: Contexts): void {
  serve(router, operations.createContext, async ({ caller, body }) => {
    const { context, isNew } = await contexts.save(caller.orgId, body)
    return new Reply(isNew ? 201 : 200, context)
  })

  serve(router, operations.listContexts, async ({ caller, query }) =>
    asPage('contexts', await contexts.list(caller.orgId, query), query),
  )

  serve(router, operations.getContext, ({ caller, params }) => contexts.get(caller.orgId, params.id))

  serve(router, operations.patchContext, ({ caller, params, body }) =>
    contexts.patch(caller.orgId, params.id, body),
  )

  serve(router, operations.deleteContext, async ({ caller, params }) => {
    await contexts.remove(caller.orgId, params.id)
    return null
  })
}
