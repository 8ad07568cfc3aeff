import { stringifySetCookie } from 'cookie'
import express, { Router } from 'express'
import { z } from 'zod'
import type { PageConfig } from '../../contract/health.js'
import type { Operators } from '../../domain/auth/operators.js'
import { OPERATOR_COOKIE, operatorSession } from '../middleware/authenticate.js'
import { parse } from '../parse.js'

const OperatorLink = z.object({ token: z.string().min(1).max(200) })

export interface PageParts {
  /** Folder of the built page. */
  dir: string
  operators: Operators
  /** What the page needs to begin; `operator` says whether the browser holds the operator's cookie. */
  config: (operator: boolean) => Promise<PageConfig>
}

/** `GET /`: our own page, its settings, and the link that makes a browser the operator's. */
export function pageRoutes({ dir, operators, config }: PageParts): Router {
  const router = Router()

  router.get('/page/config.json', async (req, res) => {
    const session = operatorSession(req)
    const operator = session !== undefined && (await operators.recognizes(session))
    res.set('Cache-Control', 'no-store').json(await config(operator))
  })

  router.get('/operator', async (req, res) => {
    const { token } = parse(OperatorLink, req.query)
    const session = await operators.redeem(token)
    if (session !== undefined) {
      res.set(
        'Set-Cookie',
        stringifySetCookie(OPERATOR_COOKIE, session, {
          httpOnly: true,
          sameSite: 'strict',
          secure: req.secure,
          path: '/',
          maxAge: operators.sessionSeconds,
        }),
      )
    }
    // @NOTE also after a used link: the browser may hold the cookie already, and the page says who it is.
    res.set('Cache-Control', 'no-store').redirect(303, session === undefined ? '/?operator=expired' : '/')
  })

  router.use(
    '/assets',
    express.static(`${dir}/assets`, { immutable: true, maxAge: '1y', fallthrough: false }),
  )
  router.use(
    express.static(dir, {
      redirect: false,
      setHeaders: (res) => void res.setHeader('Cache-Control', 'no-cache'),
    }),
  )

  return router
}
