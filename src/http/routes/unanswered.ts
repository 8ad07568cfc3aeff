import type { Router } from 'express'
import * as operations from '../../contract/operations/unanswered.js'
import type { Unanswered } from '../../domain/unanswered/unanswered.js'
import { asPage, serve } from '../serve.js'

/** `/analytics/unanswered`: what visitors asked in vain. */
export function unansweredRoutes(router: Router, unanswered: Unanswered): void {
  serve(router, operations.listUnanswered, async ({ caller, query }) =>
    asPage('unanswered', await unanswered.list(caller, query), query),
  )

  serve(router, operations.getUnanswered, ({ caller, params }) => unanswered.get(caller, params.id))

  serve(router, operations.answerUnanswered, ({ caller, params, body }) =>
    unanswered.answer(caller, params.id, body),
  )

  serve(router, operations.patchUnanswered, ({ caller, params, body }) =>
    unanswered.patch(caller, params.id, body),
  )

  serve(router, operations.deleteUnanswered, async ({ caller, params }) => {
    await unanswered.remove(caller, params.id)
    return null
  })
}
