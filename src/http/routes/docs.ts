import express, { Router } from 'express'

/** `/docs/`: the reference for people, as built in `dir`. Its files have their content in their names. */
export function docsRoutes(dir: string): Router {
  const router = Router({ strict: true })

  // @NOTE relative, so that it also holds behind a proxy that serves the appliance below a path of its own.
  router.get('/docs', (req, res) => {
    const [, query] = req.originalUrl.split('?')
    res.redirect(302, query === undefined ? 'docs/' : `docs/?${query}`)
  })
  router.use(
    '/docs/assets',
    express.static(`${dir}/assets`, { immutable: true, maxAge: '1y', fallthrough: false }),
  )
  router.use(
    '/docs',
    express.static(dir, {
      redirect: false,
      setHeaders: (res) => void res.setHeader('Cache-Control', 'no-cache'),
    }),
  )

  return router
}
