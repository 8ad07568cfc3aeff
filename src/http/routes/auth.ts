import { json, Router } from 'express'
import { WidgetTokenRequest } from '../../contract/auth.js'
import type { WidgetTokens } from '../../domain/auth/widget-tokens.js'
import { tokenRateLimit } from '../middleware/rate-limit.js'
import { parseBody } from '../parse.js'

/** `/auth`: the one endpoint that needs no credentials, and whose answer is flat. */
export function authRoutes(widgetTokens: WidgetTokens): Router {
  const router = Router()

  router.post('/widget-token', tokenRateLimit(), json({ limit: '16kb' }), async (req, res) => {
    const { client_id } = parseBody(WidgetTokenRequest, req)
    const { token } = await widgetTokens.issue(client_id, req.get('x-embed-origin') ?? req.get('origin'))
    res.set('Cache-Control', 'no-store').json(token)
  })

  return router
}
