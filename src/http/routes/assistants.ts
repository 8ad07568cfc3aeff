import { Router } from 'express'
import { AssistantPatch, NewAssistant } from '../../contract/assistants.js'
import { Paging } from '../../contract/common.js'
import type { Assistants } from '../../domain/assistants/assistants.js'
import { callerOf, keysOnly } from '../caller.js'
import { parse, parseBody, pathId } from '../parse.js'
import { ok, okList } from '../respond.js'

/** `/assistants`, and `/agents`, its older name. */
export function assistantRoutes(assistants: Assistants): Router {
  const router = Router()

  router.get('/', async (req, res) => {
    const paging = parse(Paging, req.query)
    const names = req.baseUrl.endsWith('/agents') ? ['agents', 'assistants'] : ['assistants']
    okList(res, names, await assistants.list(callerOf(req), paging), paging)
  })

  router.post('/', keysOnly, async (req, res) => {
    ok(res, await assistants.create(callerOf(req).orgId, parseBody(NewAssistant, req)), 201)
  })

  router.get('/:id', async (req, res) => {
    ok(res, await assistants.get(callerOf(req), pathId(req, 'assistant')))
  })

  router.patch('/:id', keysOnly, async (req, res) => {
    const id = pathId(req, 'assistant')
    ok(res, await assistants.patch(callerOf(req).orgId, id, parseBody(AssistantPatch, req)))
  })

  return router
}
