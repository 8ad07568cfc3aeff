/** Every way a request can fail that its sender can do something about. */
export type ErrorCode =
  | 'malformed'
  | 'missing_origin_header'
  | 'origin_not_allowed'
  | 'unauthorized'
  | 'user_token_invalid'
  | 'user_token_unverifiable'
  | 'forbidden'
  | 'assistant_inactive'
  | 'not_found'
  | 'conflict'
  | 'session_expired'
  | 'too_slow'
  | 'too_large'
  | 'unsupported_type'
  | 'invalid_input'
  | 'rate_limited'
  | 'storage_full'
  | 'storage_damaged'
  | 'busy'
  | 'not_ready'
  | 'model_unavailable'
  | 'cancelled'

/** One wrong field: where it is (`traits.name`) and what would be right. */
export interface FieldError {
  path: string
  message: string
}

export interface AppErrorOptions extends ErrorOptions {
  /** The fields at fault, for `invalid_input`. */
  fields?: FieldError[]
  /** After how many seconds trying again makes sense. */
  retryAfterSeconds?: number
}

/** A failure the caller can act on. Its message is one sentence that is safe to show to them. */
export class AppError extends Error {
  override readonly name = 'AppError'
  readonly fields: FieldError[]
  readonly retryAfterSeconds: number | undefined

  constructor(
    readonly code: ErrorCode,
    message: string,
    options: AppErrorOptions = {},
  ) {
    super(message, options)
    this.fields = options.fields ?? []
    this.retryAfterSeconds = options.retryAfterSeconds
  }
}

/** The one answer for an id that does not exist and for one that belongs to somebody else. */
export function notFound(what: string, id: string): AppError {
  return new AppError('not_found', `There is no ${what} "${id.slice(0, 64)}".`)
}
