import type { RequestHandler } from 'express'
import { OPERATIONS } from '../../contract/operations.js'

const PATTERNS = OPERATIONS.filter(({ uncounted }) => uncounted === true).flatMap(
  ({ method, path, aliases = [] }) =>
    [path, ...aliases].map((each) => ({ method: method.toUpperCase(), path: patternOf(each) })),
)

/** Counts every request but those of operations that say they are not counted. */
export function unlessUncounted(count: RequestHandler): RequestHandler {
  return (req, res, next) => {
    const path = `${req.baseUrl}${req.path}`
    const isUncounted = PATTERNS.some((each) => each.method === req.method && each.path.test(path))
    if (isUncounted) next()
    else void count(req, res, next)
  }
}

/** As Express matches: whatever the letter case, with and without a slash at the end. */
function patternOf(path: string): RegExp {
  const literal = path.replace(/\/$/, '').replace(/[.]/g, '\\.')
  return new RegExp(`^${literal.replace(/\{\w+\}/g, '[^/]+')}/?$`, 'i')
}
