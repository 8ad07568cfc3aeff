import { mkdirSync } from 'node:fs'
import type { EventEmitter } from 'node:events'
import type { Request, RequestHandler } from 'express'
import multer, { type Options } from 'multer'
import { AppError } from '../../errors.js'

const MAX_FIELDS = 20
const MAX_FIELD_BYTES = 64 * 1024
/** What a form may hold beside its file. */
const MAX_AROUND_BYTES = MAX_FIELDS * MAX_FIELD_BYTES
/** What a file is called whose part names none. */
const NAMELESS = 'file'

/** multer's option to feed its parser, which its published types lack. */
interface FedOptions extends Options {
  streamHandler: (req: Request, parser: NodeJS.WritableStream & EventEmitter) => void
}

/** Takes one file in the field `file` straight to disk, under a random name; bounded in every direction. */
export function singleUpload(dir: string, maxBytes: number): RequestHandler {
  mkdirSync(dir, { recursive: true })
  const options: FedOptions = {
    dest: dir,
    defParamCharset: 'utf8',
    // @NOTE otherwise a file called ".." or "notes/" has no name left, and one without a name counts as no file.
    preservePath: true,
    streamHandler: nameNameless,
    limits: {
      files: 1,
      fileSize: maxBytes,
      fields: MAX_FIELDS,
      fieldSize: MAX_FIELD_BYTES,
      fieldNameSize: 100,
      parts: MAX_FIELDS + 1,
      headerPairs: 50,
    },
  }
  const take = multer(options).single('file')
  return (req, res, next) => {
    // What says itself that it is too large is not read, so that it takes no room on the disk.
    if (Number(req.get('content-length') ?? 0) > maxBytes + MAX_AROUND_BYTES) {
      next(new AppError('too_large', 'The file is larger than this server takes.'))
      return
    }
    take(req, res, (error?: unknown) => next(isUnreadable(error) ? unreadable(error) : error))
  }
}

/** Feeds the parser, after making sure that whatever part is a file has a name. */
function nameNameless(req: Request, parser: NodeJS.WritableStream & EventEmitter): void {
  parser.prependListener('file', (_field: string, _stream: unknown, about: { filename?: string }) => {
    about.filename ||= NAMELESS
  })
  req.pipe(parser)
}

/** busboy and multer tell of a broken form, or a client that left, by plain Errors; of a disk's failure by a code. */
function isUnreadable(error: unknown): error is Error {
  return error instanceof Error && error.constructor === Error && !('code' in error)
}

function unreadable(error: Error): AppError {
  const detail = 'The form could not be read: it is not valid multipart/form-data, or it was cut short.'
  return new AppError('malformed', detail, { cause: error })
}
