/** One wrong field of a request. */
export interface FieldError {
  path: string
  message: string
}

/** Everything that this client throws. */
export class GuichetError extends Error {
  override readonly name: string = 'GuichetError'
}

/** The server refused, or failed; `message` is its one sentence. */
export class ApiError extends GuichetError {
  override readonly name = 'ApiError'

  constructor(
    /** The HTTP status. */
    readonly status: number,
    /** The failure's name for programs: `not_found`, `session_expired`, … */
    readonly code: string,
    message: string,
    /** The fields at fault. */
    readonly fields: FieldError[],
    /** After how many seconds trying again makes sense; null when the server did not say. */
    readonly retryAfterSeconds: number | null,
    /** What the server's log calls this request. */
    readonly requestId: string | null,
  ) {
    super(message)
  }
}

/** The server could not be reached, or the connection broke. */
export class ConnectionError extends GuichetError {
  override readonly name = 'ConnectionError'
}

/** No answer within the time that the client was given. */
export class TimeoutError extends GuichetError {
  override readonly name = 'TimeoutError'
}

/** A stream ended before its reply did, or said itself that the reply failed. */
export class InterruptedError extends GuichetError {
  override readonly name = 'InterruptedError'

  constructor(
    message: string,
    /** The failure's name where the server gave one. */
    readonly code: string | null,
  ) {
    super(message)
  }
}
