import { readReply, type ReplyEvent } from './reply-stream.js'
import * as wire from './wire.js'

/** Ordinary calls answer within this; a page must never spin for ever. */
const CALL_DEADLINE_MS = 20_000
const UPLOAD_DEADLINE_MS = 15 * 60_000

/** A refused or failed call. `status` 0: the server could not be reached. */
export class ApiError extends Error {
  override readonly name = 'ApiError'

  constructor(
    readonly status: number,
    readonly code: string,
    /** The server's one sentence; empty when it gave none. */
    readonly detail: string,
    readonly retryAfterSeconds: number | null = null,
  ) {
    super(detail || `HTTP ${String(status)}`)
  }
}

/** What a visitor proves themselves with. */
export interface Pass {
  token: string
  secret: string
}

/** What the page must know before it can be drawn. */
export async function fetchPageConfig(): Promise<wire.PageConfig> {
  return wire.readPageConfig(await json('page/config.json', {}))
}

/** A widget token for the page's public client id. */
export async function fetchToken(clientId: string): Promise<string> {
  const init = { method: 'POST', ...jsonBody({ client_id: clientId }) }
  return wire.text(wire.fields(await json('api/v1/auth/widget-token', init))['token'])
}

/** Opens a session with an assistant and answers its id. */
export async function createSession(pass: Pass, assistantId: string, locale: string): Promise<string> {
  const body = jsonBody({ assistant_id: assistantId, locale, metadata: { source: 'page' } })
  const init = { method: 'POST', body: body.body, headers: { ...body.headers, ...passHeaders(pass) } }
  return wire.text(wire.fields(await data('api/v1/sessions/', init))['id'])
}

/** Every message of a session, oldest first. */
export async function fetchMessages(pass: Pass, sessionId: string): Promise<wire.Message[]> {
  const path = `api/v1/sessions/${encodeURIComponent(sessionId)}/messages`
  return wire.readMessages(await data(path, { headers: passHeaders(pass) }))
}

/** What a visitor asks, where. */
export interface Question {
  sessionId: string
  content: string
  locale: string
}

/**
 * Asks one question. Rejects with `ApiError` when it is refused before the first word; then yields what
 * the stream says. Aborting `signal` ends both.
 */
export async function postMessage(
  pass: Pass,
  { sessionId, content, locale }: Question,
  signal: AbortSignal,
): Promise<AsyncIterable<ReplyEvent>> {
  const body = jsonBody({ content, locale })
  const headers = { ...body.headers, ...passHeaders(pass), Accept: 'text/event-stream' }
  const path = `api/v1/sessions/${encodeURIComponent(sessionId)}/messages`
  const response = await request(path, { method: 'POST', body: body.body, headers, signal })
  const streamed = response.headers.get('Content-Type')?.startsWith('text/event-stream') ?? false
  return streamed && response.body ? readReply(response.body) : wholeReply(response)
}

/** The newest knowledge sources (operator). */
export async function fetchDocuments(): Promise<{ documents: wire.Document[]; total: number }> {
  return wire.readDocuments(await data('api/v1/knowledge/?limit=20', operator()))
}

/** One uploaded source (operator). */
export async function fetchDocument(id: string): Promise<wire.Document> {
  return wire.readDocument(await data(`api/v1/knowledge/files/${encodeURIComponent(id)}`, operator()))
}

/** Hands a file in; it is read afterwards, see `fetchDocument` (operator). */
export async function uploadDocument(file: File): Promise<wire.Document> {
  const form = new FormData()
  form.append('title', file.name)
  form.append('file', file)
  const signal = AbortSignal.timeout(UPLOAD_DEADLINE_MS)
  return wire.readDocument(await data('api/v1/knowledge/files', { ...operator('POST'), body: form, signal }))
}

/** Removes a file and everything learnt from it (operator). */
export async function deleteDocument(id: string): Promise<void> {
  await json(`api/v1/knowledge/files/${encodeURIComponent(id)}`, operator('DELETE'))
}

/** Says how an assistant is to reply (operator). */
export async function setAnswerMode(assistantId: string, mode: wire.AnswerMode): Promise<wire.AnswerMode> {
  const body = jsonBody({ answer_mode: mode })
  const init = operator('PATCH')
  const path = `api/v1/assistants/${encodeURIComponent(assistantId)}`
  const answer = await data(path, { ...init, body: body.body, headers: { ...init.headers, ...body.headers } })
  return wire.readAssistant(answer).answerMode
}

// @NOTE the header is what makes the operator's cookie safe: another site cannot send it without a preflight.
function operator(method = 'GET'): { method: string; headers: Record<string, string> } {
  return { method, headers: { 'X-Guichet-Page': '1' } }
}

function passHeaders({ token, secret }: Pass): Record<string, string> {
  return { Authorization: `Bearer ${token}`, 'X-Session-Secret': secret }
}

function jsonBody(value: unknown): { body: string; headers: Record<string, string> } {
  return { body: JSON.stringify(value), headers: { 'Content-Type': 'application/json' } }
}

async function* wholeReply(response: Response): AsyncGenerator<ReplyEvent> {
  const answer = wire.fields(wire.fields(await body(response))['data'])
  yield { type: 'done', reply: wire.readMessage(answer['assistant_message']) }
}

async function data(path: string, init: RequestInit): Promise<unknown> {
  return wire.fields(await json(path, init))['data']
}

async function json(path: string, init: RequestInit): Promise<unknown> {
  return body(await request(path, { signal: AbortSignal.timeout(CALL_DEADLINE_MS), ...init }))
}

async function request(path: string, init: RequestInit): Promise<Response> {
  let response: Response
  try {
    response = await fetch(path, init)
  } catch (cause) {
    // An abort by the visitor stays an abort; everything else is a server out of reach.
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause
    throw new ApiError(0, 'unreachable', '')
  }
  if (response.ok) return response
  const refusal = wire.fields(await body(response))
  const seconds = Number.parseInt(response.headers.get('Retry-After') ?? '', 10)
  const code = wire.text(refusal['code'])
  const retryAfter = Number.isNaN(seconds) ? null : seconds
  throw new ApiError(response.status, code, wire.text(refusal['detail']), retryAfter)
}

async function body(response: Response): Promise<unknown> {
  try {
    return await response.json()
  } catch {
    return null
  }
}
