import type { Router } from 'express'
import * as operations from '../../contract/operations/feedback.js'
import type { Ratings } from '../../domain/feedback/ratings.js'
import type { Sessions } from '../../domain/sessions/sessions.js'
import { asPage, Reply, serve } from '../serve.js'
import { sessionKey } from './sessions.js'

/** `…/feedback`: what visitors think of sessions and of single replies. */
export function feedbackRoutes(
  router: Router,
  { sessions, ratings }: { sessions: Sessions; ratings: Ratings },
): void {
  serve(router, operations.getSessionFeedback, async ({ req, params }) =>
    ratings.ofSession(await sessions.open(sessionKey(req, params.id))),
  )

  serve(router, operations.rateSession, async ({ req, params, body }) => {
    const session = await sessions.open(sessionKey(req, params.id))
    const { feedback, isNew } = await ratings.rateSession(session, body)
    return new Reply(isNew ? 201 : 200, feedback)
  })

  serve(router, operations.withdrawSessionRating, async ({ req, params }) =>
    ratings.withdrawSession(await sessions.open(sessionKey(req, params.id))),
  )

  serve(router, operations.getMessageFeedback, ({ req, params }) =>
    ratings.ofMessage(sessionKey(req, params.id)),
  )

  serve(router, operations.rateMessage, async ({ req, params, body }) => {
    const { feedback, isNew } = await ratings.rateMessage(sessionKey(req, params.id), body)
    return new Reply(isNew ? 201 : 200, feedback)
  })

  serve(router, operations.withdrawMessageRating, ({ req, params }) =>
    ratings.withdrawMessage(sessionKey(req, params.id)),
  )

  serve(router, operations.listFeedback, async ({ caller, query }) => {
    const page = await ratings.list(caller, query)
    return { ...asPage('feedback', page, query), totals: page.totals }
  })

  serve(router, operations.deleteFeedback, async ({ caller, params }) => {
    await ratings.remove(caller, params.id)
    return null
  })
}
