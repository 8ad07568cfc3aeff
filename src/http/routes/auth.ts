import type { RequestHandler, Router } from 'express'
import { createWidgetToken } from '../../contract/operations/auth.js'
import type { WidgetTokens } from '../../domain/auth/widget-tokens.js'
import { setCaller } from '../caller.js'
import { tokenRateLimit } from '../middleware/rate-limit.js'
import { serve } from '../serve.js'

/** `/auth`: the one endpoint that needs no credentials, and whose answer is flat. It counts as a request like others. */
export function authRoutes(router: Router, widgetTokens: WidgetTokens, counted: RequestHandler): void {
  serve(
    router,
    createWidgetToken,
    async ({ req, res, body }) => {
      const { token, caller } = await widgetTokens.issue(
        body.client_id,
        req.get('x-embed-origin') ?? req.get('origin'),
      )
      setCaller(req, caller)
      await new Promise<void>((resolve, reject) => {
        void counted(req, res, (error?: unknown) => (error === undefined ? resolve() : reject(error)))
      })
      res.set('Cache-Control', 'no-store')
      return token
    },
    [tokenRateLimit()],
  )
}
