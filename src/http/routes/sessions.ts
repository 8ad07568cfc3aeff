import { Router, type Request } from 'express'
import { Paging } from '../../contract/common.js'
import { NewMessage } from '../../contract/messages.js'
import { NewSession } from '../../contract/sessions.js'
import type { Messages } from '../../domain/conversations/messages.js'
import type { SessionKey, Sessions } from '../../domain/sessions/sessions.js'
import { callerOf } from '../caller.js'
import { parse, parseBody, pathId } from '../parse.js'
import { ok, okList } from '../respond.js'
import { sendTurnAsEvents, sendTurnAsJson } from '../stream.js'

/** A talk is asked for whole, to be shown again: as much of it as one answer may hold. */
const TalkPaging = Paging.extend({ limit: Paging.shape.limit.unwrap().default(200) })

/** `/sessions`: anonymous visitors and what they ask. */
export function sessionRoutes(sessions: Sessions, messages: Messages): Router {
  const router = Router()

  router.post('/', async (req, res) => {
    const given = parseBody(NewSession, req)
    ok(res, await sessions.create(callerOf(req), given, req.get('x-session-secret')), 201)
  })

  router.get('/:id', async (req, res) => {
    ok(res, await sessions.get(sessionKey(req)))
  })

  router.get('/:id/messages', async (req, res) => {
    const paging = parse(TalkPaging, req.query)
    const session = await sessions.open(sessionKey(req))
    okList(res, ['messages'], await messages.list(session, paging), paging)
  })

  router.post('/:id/messages', async (req, res) => {
    const session = await sessions.open(sessionKey(req))
    const turn = await messages.send(session, parseBody(NewMessage, req))
    const streams = req.get('accept')?.includes('text/event-stream') === true
    await (streams ? sendTurnAsEvents(res, turn) : sendTurnAsJson(res, turn))
  })

  return router
}

function sessionKey(req: Request): SessionKey {
  return { caller: callerOf(req), id: pathId(req, 'session'), secret: req.get('x-session-secret') }
}
