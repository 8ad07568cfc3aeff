import type { Request } from 'express'
import { OPERATIONS } from '../contract/operations.js'

const UNCOUNTED = OPERATIONS.filter(({ uncounted }) => uncounted === true).flatMap(
  ({ method, path, aliases = [] }) =>
    [path, ...aliases].map((each) => ({ method: method.toUpperCase(), pattern: patternOf(each) })),
)

/** Whether a request is for an operation that does not count against the organization's hour. */
export function isUncounted(req: Request): boolean {
  const method = req.method === 'HEAD' ? 'GET' : req.method
  const path = req.originalUrl.split('?', 1)[0] ?? ''
  return UNCOUNTED.some((operation) => operation.method === method && operation.pattern.test(path))
}

/** As Express matches: letter case and a slash at the end make no difference. */
function patternOf(path: string): RegExp {
  const source = path
    .replace(/\/$/, '')
    .replace(/[.]/g, '\\.')
    .replace(/\{\w+\}/g, '[^/]+')
  return new RegExp(`^${source}/?$`, 'i')
}
