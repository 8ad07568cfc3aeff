import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express'
import { MulterError } from 'multer'
import type { Failure } from '../contract/envelope.js'
import { AppError, type ErrorCode } from '../errors.js'
import type { Logger } from '../log.js'

/** A new ErrorCode does not compile until it has a status here. */
const STATUS: Record<ErrorCode, number> = {
  malformed: 400,
  missing_origin_header: 400,
  origin_not_allowed: 400,
  unauthorized: 401,
  user_token_invalid: 401,
  user_token_unverifiable: 401,
  forbidden: 403,
  assistant_inactive: 403,
  not_found: 404,
  conflict: 409,
  session_expired: 410,
  too_slow: 408,
  too_large: 413,
  unsupported_type: 415,
  invalid_input: 422,
  rate_limited: 429,
  storage_full: 507,
  storage_damaged: 503,
  busy: 503,
  not_ready: 503,
  model_unavailable: 503,
  cancelled: 503,
}

/** What the system, and SQLite, say when nothing more can be written. */
const LOCKED = /^SQLITE_(?:BUSY|LOCKED)/
const DAMAGED = /^SQLITE_(?:CORRUPT|NOTADB)/
const FULL = new Set<unknown>(['ENOSPC', 'EDQUOT', 'SQLITE_FULL'])

const DAMAGE_ADVICE =
  'the database is damaged: stop Guichet and restore a backup, or see whether the disk fails (docs/operations.md)'

/** The only place where a failure becomes a response. */
export function errorHandler(log: Logger): ErrorRequestHandler {
  let damageTold = false
  return (error: unknown, req, res, next) => {
    const known = toAppError(error)
    // Once: from then on every request fails alike.
    if (known?.code === 'storage_damaged' && !damageTold) {
      damageTold = true
      log.fatal({ err: error, method: req.method, path: req.path }, DAMAGE_ADVICE)
    }
    if (known === undefined || known.code === 'storage_full')
      log.error({ err: error, method: req.method, path: req.path }, 'request failed')
    if (res.headersSent) {
      next(error)
      return
    }
    const failure = describeFailure(error)
    if (failure.status_code === 401) res.set('WWW-Authenticate', 'Bearer')
    if (known?.retryAfterSeconds !== undefined) res.set('Retry-After', String(known.retryAfterSeconds))
    closeIfUnread(req, res)
    res.status(failure.status_code).json(failure)
  }
}

/** The envelope of a failure. What is not an AppError says nothing of what went wrong inside. */
export function describeFailure(error: unknown): Failure {
  const known = toAppError(error)
  if (known === undefined) {
    return {
      status: 'error',
      status_code: 500,
      detail: 'Something went wrong on the server.',
      code: 'internal',
      data: null,
    }
  }
  return {
    status: 'error',
    status_code: STATUS[known.code],
    detail: known.message,
    code: known.code,
    data: known.fields.length === 0 ? null : { errors: known.fields },
  }
}

/** What answers a path that does not exist. */
export const unknownPath: RequestHandler = (req, _res, next) => {
  next(
    new AppError(
      'not_found',
      `There is no ${req.method} ${req.originalUrl.split('?')[0]?.slice(0, 200) ?? ''}.`,
    ),
  )
}

/** A body refused before it was read to its end must not be taken for the next request. */
function closeIfUnread(req: Request, res: Response): void {
  if (!req.complete) res.set('Connection', 'close')
}

function toAppError(error: unknown): AppError | undefined {
  if (error instanceof AppError) return error
  const ofStorage = fromStorage(error)
  if (ofStorage !== undefined) return ofStorage
  if (!(error instanceof Error)) return undefined
  if (error instanceof MulterError) return fromMulter(error)
  if (error.name === 'AbortError' || error.name === 'TimeoutError') {
    return new AppError(
      'cancelled',
      'The reply was stopped before it was finished; please send the message again.',
      {
        cause: error,
        retryAfterSeconds: 5,
      },
    )
  }
  if (error instanceof URIError)
    return new AppError('malformed', 'The path is not valid percent-encoding.', { cause: error })
  const status = 'status' in error ? error.status : undefined
  // @NOTE what serves static files says 403 for a path that leaves its folder; there is nothing at such a path.
  if (status === 404 || status === 403) {
    return new AppError('not_found', 'There is nothing at this path.', { cause: error })
  }
  if (status === 413)
    return new AppError('too_large', 'The body is larger than this endpoint takes.', { cause: error })
  if (status === 415) {
    return new AppError('unsupported_type', 'The body’s encoding or character set is not supported.', {
      cause: error,
    })
  }
  if (status === 400) return new AppError('malformed', malformedDetail(error), { cause: error })
  return undefined
}

/** By the code alone: SQLite's errors come out of a worker thread as plain objects that hold nothing else. */
function fromStorage(error: unknown): AppError | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined
  const code = String(error.code)
  if (FULL.has(code)) {
    return new AppError('storage_full', 'The disk of this server is full; please tell whoever runs it.', {
      cause: error,
    })
  }
  if (LOCKED.test(code)) {
    const message = 'The database is in use by another program; please try again in a moment.'
    return new AppError('busy', message, { cause: error, retryAfterSeconds: 2 })
  }
  if (code === 'SQLITE_CONSTRAINT_FOREIGNKEY') {
    const message = 'Something that this request belongs to was deleted meanwhile.'
    return new AppError('conflict', message, { cause: error })
  }
  if (DAMAGED.test(code)) {
    const message = 'The database of this server is damaged; please tell whoever runs it.'
    return new AppError('storage_damaged', message, { cause: error })
  }
  return undefined
}

function malformedDetail(error: Error): string {
  const type = 'type' in error ? error.type : undefined
  if (type === 'entity.parse.failed') return 'The body is not valid JSON.'
  return 'The request could not be read.'
}

function fromMulter(error: MulterError): AppError {
  if (error.code === 'LIMIT_FILE_SIZE')
    return new AppError('too_large', 'The file is larger than this server takes.', { cause: error })
  if (error.code === 'LIMIT_UNEXPECTED_FILE') {
    return new AppError('invalid_input', 'Send one file, in the field "file".', {
      cause: error,
      fields: [{ path: error.field ?? 'file', message: 'Send one file, in the field "file".' }],
    })
  }
  return new AppError('malformed', `The form could not be read: ${error.message}.`, { cause: error })
}
