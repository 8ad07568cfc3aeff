import { Authorization, type Credentials } from './credentials.js'
import { ApiError, ConnectionError, GuichetError, TimeoutError, type FieldError } from './errors.js'
import { isRefusal, pause, waitBeforeRetry } from './retry.js'

export interface ClientOptions {
  /** Where the appliance is: `https://help.example.com`. In a page of its own: empty. */
  baseUrl: string
  credentials?: Credentials
  /** Further tries after one that failed in passing; 2 unless told. */
  maxRetries?: number
  /** Milliseconds until the headers of an answer must be there; 30 s unless told. */
  timeoutMs?: number
  /** Sent with every request. */
  headers?: Record<string, string>
  fetch?: typeof fetch
}

/** What any call may be told beside its input. */
export interface CallOptions {
  signal?: AbortSignal
  /** Tells repeated requests apart from new ones, where the server heeds it; made up where it is missing. */
  idempotencyKey?: string
  /** The secret that a visitor's session was opened with. */
  sessionSecret?: string
  /** Milliseconds, for this call. */
  timeoutMs?: number
}

/** How a request is sent and its answer read. */
export interface Manner {
  /** How the answer's body is wrapped: in the envelope (`json`, unless told), not at all, or no JSON. */
  kind?: 'json' | 'flat' | 'text'
  /** A POST that the server heeds an idempotency key of: sending it again does no harm. */
  keyed?: boolean
  /** Sent without credentials: nobody looks at them there. */
  bare?: boolean
}

/** One request, before credentials. */
export interface Call extends Manner {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  path: string
  query?: object | undefined
  body?: unknown
  form?: FormData
  accept?: string
  headers?: Record<string, string> | undefined
  options?: CallOptions | undefined
}

interface Envelope {
  detail?: unknown
  code?: unknown
  data?: unknown
}

const DEFAULT_TIMEOUT_MS = 30_000
const DEFAULT_RETRIES = 2

/** Sends requests: with credentials, a deadline, retries, and one kind of error for each way to fail. */
export class Transport {
  readonly #options: ClientOptions
  readonly #authorization: Authorization
  readonly #fetch: typeof fetch

  constructor(options: ClientOptions) {
    this.#options = options
    // @NOTE a browser's fetch works as a method of the window only.
    this.#fetch = options.fetch ?? ((input, init) => fetch(input, init))
    this.#authorization = new Authorization(options.credentials ?? {}, async (body, headers) => {
      const response = await this.#send({ method: 'POST', path: '/api/v1/auth/widget-token', body }, headers)
      return (await readJson(response)) as { token: string; expires_in: number }
    })
  }

  /** What the answer says: `data` of the envelope, or the whole body where there is none. */
  async answer<T>(call: Call): Promise<T> {
    const response = await this.request(call)
    if (call.kind === 'text') return (await readText(response)) as T
    const body = await readJson(response)
    return call.kind === 'flat' ? (body as T) : (body as { data: T }).data
  }

  /**
   * The answer, its body unread. After a passing failure the request is sent again, unless that might do a thing twice:
   * a POST that is not `keyed` is repeated only where the server refused it.
   * @throws ApiError, ConnectionError, TimeoutError; the signal's reason when that aborts.
   */
  async request(call: Call): Promise<Response> {
    const extra: Record<string, string> =
      call.keyed === true ? { 'Idempotency-Key': keyOf(call.options) } : {}
    const repeatable = call.method !== 'POST' || call.keyed === true
    const tries = (this.#options.maxRetries ?? DEFAULT_RETRIES) + 1
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#authorized(call, extra)
      } catch (error) {
        const mayRepeat = attempt < tries && (repeatable || isRefusal(error))
        const wait = mayRepeat ? waitBeforeRetry(error, attempt) : undefined
        if (wait === undefined) throw error
        await pause(wait, call.options?.signal)
      }
    }
  }

  async #authorized(call: Call, extra: Record<string, string>): Promise<Response> {
    if (call.bare === true) return this.#send(call, extra)
    const send = async () => this.#send(call, { ...extra, ...(await this.#authorization.headers()) })
    try {
      return await send()
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 401 || !this.#authorization.renewable) throw error
      this.#authorization.discard()
      return send()
    }
  }

  async #send(call: Call, extra: Record<string, string>): Promise<Response> {
    const { method, path, query, body, form, accept, options = {} } = call
    const given = { ...this.#options.headers, ...call.headers, ...extra }
    const headers = new Headers({ Accept: accept ?? 'application/json', ...given })
    if (body !== undefined) headers.set('Content-Type', 'application/json')
    if (options.sessionSecret !== undefined) headers.set('X-Session-Secret', options.sessionSecret)
    const sent = form ?? (body === undefined ? undefined : JSON.stringify(body))
    const deadline = new AbortController()
    const ms = options.timeoutMs ?? this.#options.timeoutMs ?? DEFAULT_TIMEOUT_MS
    const timer = setTimeout(() => {
      deadline.abort()
    }, ms)
    const signal = options.signal ? AbortSignal.any([options.signal, deadline.signal]) : deadline.signal
    try {
      const url = `${this.#options.baseUrl.replace(/\/+$/, '')}${path}${searchOf(query)}`
      const response = await this.#fetch(url, {
        method,
        headers,
        signal,
        ...(sent !== undefined && { body: sent }),
      })
      if (!response.ok) throw await refusal(response)
      return response
    } catch (error) {
      options.signal?.throwIfAborted()
      if (error instanceof GuichetError) throw error
      if (deadline.signal.aborted)
        throw new TimeoutError(`No answer within ${String(ms)} ms.`, { cause: error })
      throw new ConnectionError('The server cannot be reached.', { cause: error })
    } finally {
      clearTimeout(timer)
    }
  }
}

function keyOf(options: CallOptions | undefined): string {
  return options?.idempotencyKey ?? randomKey()
}

// @NOTE not crypto.randomUUID: browsers have that under HTTPS only.
function randomKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

function searchOf(query: object | undefined): string {
  const entries = Object.entries(query ?? {}).filter(([, value]) => value !== undefined && value !== null)
  const search = new URLSearchParams(entries.map(([name, value]): [string, string] => [name, String(value)]))
  return search.size === 0 ? '' : `?${search.toString()}`
}

function readText(response: Response): Promise<string> {
  return response.text().catch((error: unknown) => {
    throw new ConnectionError('The connection broke in the middle of the answer.', { cause: error })
  })
}

async function readJson(response: Response): Promise<unknown> {
  const text = await readText(response)
  try {
    const body = JSON.parse(text) as Envelope & { status?: unknown; status_code?: unknown }
    // @NOTE a reply that takes long begins with status 200; what it failed with then shows in the body alone.
    if (body.status === 'error') throw toApiError(Number(body.status_code), body, response)
    return body
  } catch (error) {
    if (error instanceof GuichetError) throw error
    throw new ConnectionError('The answer is not of this kind of server: it is no JSON.', { cause: error })
  }
}

async function refusal(response: Response): Promise<ApiError> {
  const body = (await response.json().catch(() => ({}))) as Envelope
  return toApiError(response.status, body, response)
}

function toApiError(status: number, { detail, code, data }: Envelope, response: Response): ApiError {
  const { errors = [] } = (data ?? {}) as { errors?: FieldError[] }
  const seconds = Number.parseInt(response.headers.get('Retry-After') ?? '', 10)
  return new ApiError(
    status,
    typeof code === 'string' ? code : 'unknown',
    typeof detail === 'string' ? detail : `HTTP ${String(status)}`,
    errors,
    Number.isNaN(seconds) ? null : seconds,
    response.headers.get('X-Request-Id'),
  )
}
