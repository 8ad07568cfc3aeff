import type { Request, Router } from 'express'
import * as operations from '../../contract/operations/sessions.js'
import type { Messages } from '../../domain/conversations/messages.js'
import type { SessionKey, Sessions } from '../../domain/sessions/sessions.js'
import { callerOf } from '../caller.js'
import { asPage, SENT, serve } from '../serve.js'
import { sendTurnAsEvents, sendTurnAsJson, wantsEvents } from '../stream.js'

/** `/sessions`: anonymous visitors and what they ask. */
export function sessionRoutes(router: Router, sessions: Sessions, messages: Messages): void {
  serve(router, operations.createSession, ({ req, caller, body }) =>
    sessions.create(caller, body, req.get('x-session-secret')),
  )

  serve(router, operations.getSession, ({ req, params }) => sessions.get(sessionKey(req, params.id)))

  serve(router, operations.listSessionMessages, async ({ req, params, query }) => {
    const session = await sessions.open(sessionKey(req, params.id))
    return asPage('messages', await messages.list(session, query), query)
  })

  serve(router, operations.sendSessionMessage, async ({ req, res, params, body }) => {
    const session = await sessions.open(sessionKey(req, params.id))
    const turn = await messages.send(session, body)
    await (wantsEvents(req) ? sendTurnAsEvents(res, turn) : sendTurnAsJson(res, turn))
    return SENT
  })
}

function sessionKey(req: Request, id: string): SessionKey {
  return { caller: callerOf(req), id, secret: req.get('x-session-secret') }
}
