import type { Request } from 'express'
import type { z } from 'zod'
import { Id } from '../contract/common.js'
import { AppError, notFound } from '../errors.js'

/**
 * Checks what came from outside against its schema.
 * @throws AppError `invalid_input` naming every wrong field.
 */
export function parse<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  const parsed = schema.safeParse(value, { error: describe })
  if (parsed.success) return parsed.data
  const fields = parsed.error.issues.map((issue) => ({
    path: issue.path.map(String).join('.'),
    message: `${issue.message}.`,
  }))
  const [first] = fields
  const summary =
    first === undefined ? 'The request is not valid.' : `${first.path || 'The body'} ${first.message}`
  throw new AppError('invalid_input', summary, { fields })
}

/**
 * The id in the path of one `thing`.
 * @throws AppError `not_found` for what can be no id at all: to whoever asks, it does not exist like any other.
 */
export function pathId(req: Request, thing: string): string {
  const { id } = req.params
  if (typeof id === 'string' && Id.safeParse(id).success) return id
  throw notFound(thing, String(id))
}

/**
 * The request's JSON body, checked.
 * @throws AppError `unsupported_type` when the body is something else, `malformed` when there is none.
 */
export function parseBody<T extends z.ZodType>(schema: T, req: Request): z.output<T> {
  const body: unknown = req.body
  if (body !== undefined) return parse(schema, body)
  const sent = req.headers['content-type']
  const empty =
    req.headers['content-length'] === '0' ||
    !('content-length' in req.headers || 'transfer-encoding' in req.headers)
  if (!empty && sent !== undefined) {
    throw new AppError(
      'unsupported_type',
      `Send JSON with Content-Type: application/json, not ${sent.slice(0, 100)}.`,
    )
  }
  throw new AppError('malformed', 'A JSON body is needed, with Content-Type: application/json.')
}

/** What zod says only in its own words, in ours. */
function describe(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code !== 'invalid_type') return undefined
  if (issue.input === undefined) return 'is required'
  const wanted =
    issue.expected === 'object' ? 'an object' : issue.expected === 'array' ? 'a list' : `a ${issue.expected}`
  return `must be ${wanted}`
}
