import type { Request, Router } from 'express'
import * as operations from '../../contract/operations/sessions.js'
import type { Conversations } from '../../domain/conversations/conversations.js'
import type { Messages } from '../../domain/conversations/messages.js'
import { threadOfSession } from '../../domain/conversations/thread.js'
import type { SessionKey, Sessions } from '../../domain/sessions/sessions.js'
import { callerOf } from '../caller.js'
import { asPage, serve } from '../serve.js'
import { Turned } from '../turned.js'

/** `/sessions`: anonymous visitors and what they ask. */
export function sessionRoutes(
  router: Router,
  sessions: Sessions,
  conversations: Conversations,
  messages: Messages,
): void {
  serve(router, operations.createSession, ({ req, caller, body }) => {
    const secret = req.get('x-session-secret')
    // @NOTE an empty header is none: nobody could show it again.
    return sessions.create(caller, body, secret === '' ? undefined : secret)
  })

  serve(router, operations.listSessions, async ({ caller, query }) =>
    asPage('sessions', await sessions.list(caller, query), query),
  )

  serve(router, operations.getSession, ({ req, params }) => sessions.get(sessionKey(req, params.id)))

  serve(router, operations.patchSession, ({ req, params, body }) =>
    sessions.patch(sessionKey(req, params.id), body),
  )

  serve(router, operations.endSession, async ({ req, params }) => {
    await sessions.end(sessionKey(req, params.id))
    return null
  })

  serve(router, operations.sendHeartbeat, ({ req, params }) => sessions.heartbeat(sessionKey(req, params.id)))

  serve(router, operations.listSessionMessages, async ({ req, params, query }) => {
    const session = await sessions.open(sessionKey(req, params.id))
    return asPage('messages', await conversations.ofSession(session, query), query)
  })

  serve(router, operations.sendSessionMessage, async ({ req, params, body }) => {
    const session = await sessions.open(sessionKey(req, params.id))
    const { turn, expiresAt } = await messages.send(threadOfSession(session), body)
    return new Turned(turn, (pair) => ({
      session_id: session.id,
      conversation_id: session.conversation_id,
      expires_at: expiresAt ?? session.expires_at,
      ...pair,
    }))
  })
}

/** What the request shows to be let into a session. */
export function sessionKey(req: Request, id: string): SessionKey {
  return { caller: callerOf(req), id, secret: req.get('x-session-secret') }
}
