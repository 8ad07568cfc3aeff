import { promisify } from 'node:util'
import type { Request, RequestHandler, Response, Router } from 'express'
import { createWidgetToken } from '../../contract/operations/auth.js'
import type { WidgetTokens } from '../../domain/auth/widget-tokens.js'
import { setCaller } from '../caller.js'
import { tokenRateLimit } from '../middleware/rate-limit.js'
import { serve } from '../serve.js'

/** `/auth`: the one endpoint that needs no credentials, and whose answer is flat. It counts as a request like others. */
export function authRoutes(router: Router, widgetTokens: WidgetTokens, counted: RequestHandler): void {
  const count = promisify((req: Request, res: Response, done: (error?: unknown) => void) => {
    void counted(req, res, done)
  })
  serve(
    router,
    createWidgetToken,
    async ({ req, res, body }) => {
      const { token, caller } = await widgetTokens.issue({
        clientId: body.client_id,
        origin: siteOf(req),
        userToken: body.user_token,
      })
      setCaller(req, caller)
      await count(req, res)
      res.set('Cache-Control', 'no-store')
      return token
    },
    [tokenRateLimit()],
  )
}

/** The site a token is asked from. An empty header names none, like one that is not there. */
function siteOf(req: Request): string | undefined {
  return [req.get('x-embed-origin'), req.get('origin')].find((name) => name !== undefined && name !== '')
}
