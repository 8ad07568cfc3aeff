import { Guichet, InterruptedError, type Frame } from '../client/guichet.js'
import { readReplyEvent, type ReplyEvent } from './reply-event.js'
import * as wire from './wire.js'

/** Ordinary calls answer within this; a page must never spin for ever. */
const CALL_DEADLINE_MS = 20_000

const options = { baseUrl: here(), timeoutMs: CALL_DEADLINE_MS }

/** The operator's calls. */
// @NOTE the header is what makes the operator's cookie safe: another site cannot send it without a preflight.
const operator = new Guichet({ ...options, credentials: { headers: { 'X-Guichet-Page': '1' } } })

/** Wherever the page lies: an appliance may stand below a path of its proxy. */
function here(): string {
  return typeof document === 'undefined' ? '' : new URL('.', document.baseURI).href
}

/** What the page must know before it can be drawn. */
export async function fetchPageConfig(): Promise<wire.PageConfig> {
  const response = await fetch('page/config.json', { signal: AbortSignal.timeout(CALL_DEADLINE_MS) })
  if (!response.ok) throw new Error(`The page's settings: HTTP ${String(response.status)}`)
  return wire.readPageConfig(await response.json())
}

/** A visitor of the client: widget tokens come and go by themselves. */
export function visitor(clientId: string): Guichet {
  return new Guichet({ ...options, credentials: { clientId } })
}

/** What a reply's stream says; a failure under way is an event, a broken connection the end. */
export async function* replyEvents(frames: AsyncIterable<Frame>): AsyncGenerator<ReplyEvent, void> {
  try {
    for await (const frame of frames) {
      const event = readReplyEvent(frame)
      if (event) yield event
    }
  } catch (error) {
    if (!(error instanceof InterruptedError)) throw error
    if (error.code !== null) yield { type: 'error', detail: error.message }
  }
}

/** The newest knowledge sources (operator). */
export async function fetchDocuments(): Promise<{ documents: wire.Document[]; total: number }> {
  return wire.readDocuments(await operator.knowledge.list({ limit: 20 }))
}

/** One uploaded source (operator). */
export async function fetchDocument(id: string): Promise<wire.Document> {
  return wire.readDocument(await operator.knowledge.files.get(id))
}

/** Hands a file in; it is read afterwards, see `fetchDocument` (operator). */
export async function uploadDocument(file: File): Promise<wire.Document> {
  return wire.readDocument(await operator.knowledge.files.upload(file, file.name))
}

/** Removes a file and everything learnt from it (operator). */
export async function deleteDocument(id: string): Promise<void> {
  await operator.knowledge.files.delete(id)
}

/** Says how an assistant is to reply (operator). */
export async function setAnswerMode(assistantId: string, mode: wire.AnswerMode): Promise<wire.AnswerMode> {
  return wire.readAssistant(await operator.assistants.update(assistantId, { answer_mode: mode })).answerMode
}
