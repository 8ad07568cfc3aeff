import { json, Router, type RequestHandler } from 'express'
import { WidgetTokenRequest } from '../../contract/auth.js'
import type { WidgetTokens } from '../../domain/auth/widget-tokens.js'
import { setCaller } from '../caller.js'
import { tokenRateLimit } from '../middleware/rate-limit.js'
import { parseBody } from '../parse.js'

/** `/auth`: the one endpoint that needs no credentials, and whose answer is flat. It counts as a request like others. */
export function authRoutes(widgetTokens: WidgetTokens, counted: RequestHandler): Router {
  const router = Router()

  router.post(
    '/widget-token',
    tokenRateLimit(),
    json({ limit: '16kb' }),
    async (req, res, next) => {
      const { client_id } = parseBody(WidgetTokenRequest, req)
      const issued = await widgetTokens.issue(client_id, req.get('x-embed-origin') ?? req.get('origin'))
      res.locals['token'] = issued.token
      setCaller(req, issued.caller)
      next()
    },
    counted,
    (_req, res) => {
      res.set('Cache-Control', 'no-store').json(res.locals['token'])
    },
  )

  return router
}
