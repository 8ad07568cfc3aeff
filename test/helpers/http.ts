import { checkAgainstDocument } from './document.js'

/** What a request comes back with. */
export interface Answer {
  status: number
  headers: Headers
  body: unknown
}

/** `data` of an envelope, loosely typed: tests say what they expect of it. */
export function data(answer: Answer): Record<string, unknown> {
  const { body } = answer
  if (typeof body !== 'object' || body === null || !('data' in body))
    throw new Error(`no data in ${JSON.stringify(body)}`)
  return body.data as Record<string, unknown>
}

/** Sends JSON (or a prepared body) and reads what comes back; JSON answers are held to the reference. */
export async function send(
  url: string,
  options: {
    method?: string
    headers?: Record<string, string>
    body?: unknown
    raw?: string | FormData
    signal?: AbortSignal
  } = {},
): Promise<Answer> {
  const { method = 'GET', headers = {}, body, raw, signal } = options
  const response = await fetch(url, {
    method,
    redirect: 'manual',
    headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    ...(raw !== undefined && { body: raw }),
    ...(signal && { signal }),
  })
  const parsed = parseOr(await response.text())
  checkAgainstDocument(method, url, response.status, parsed)
  return { status: response.status, headers: response.headers, body: parsed }
}

/** The JSON frames of an event stream's text. */
export function frames(text: string): Record<string, unknown>[] {
  return text
    .split('\n\n')
    .filter((block) => block.startsWith('data: '))
    .map((block) => JSON.parse(block.slice('data: '.length)) as Record<string, unknown>)
}

function parseOr(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return text
  }
}
