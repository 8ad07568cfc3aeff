import type { RequestHandler } from 'express'
import { AppError } from '../../errors.js'

/**
 * Refuses a body that trickles in; the socket is closed with the answer. Uploads are left out: they may be large and
 * their line slow, and the server's own limit for a whole request holds for them.
 */
export function bodyDeadline(ms: number): RequestHandler {
  return (req, res, next) => {
    next()
    if (req.complete || req.is('multipart/form-data') !== false) return
    const timer = setTimeout(() => {
      if (req.complete || res.headersSent) return
      next(new AppError('too_slow', 'The body did not arrive in time.'))
      res.once('finish', () => req.destroy())
    }, ms)
    const clear = () => {
      clearTimeout(timer)
    }
    req.once('end', clear)
    res.once('close', clear)
  }
}
