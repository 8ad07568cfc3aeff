import { randomUUID } from 'node:crypto'
import type { RequestHandler } from 'express'
import { pinoHttp } from 'pino-http'
import type { Logger } from '../../log.js'

/** One line a request (level info; error for a 500, which is our own fault), never a body; and an X-Request-Id to find it again by. */
export function requestLog(log: Logger): RequestHandler {
  const write = pinoHttp({
    logger: log,
    genReqId: (req, res) => {
      const given = req.headers['x-request-id']
      const id = typeof given === 'string' && /^[\w.:-]{1,100}$/.test(given) ? given : randomUUID()
      res.setHeader('X-Request-Id', id)
      return id
    },
    customLogLevel: (_req, res, error) =>
      (error ?? res.err) !== undefined || res.statusCode === 500 ? 'error' : 'info',
    serializers: {
      req: (req: { id: string; method: string; url: string }) => ({
        id: req.id,
        method: req.method,
        url: req.url.split('?')[0],
      }),
      res: (res: { statusCode: number }) => ({ status: res.statusCode }),
    },
  })
  return (req, res, next) => {
    write(req, res)
    next()
  }
}
