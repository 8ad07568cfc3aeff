import { setTimeout as pause } from 'node:timers/promises'
import type { KnowledgeSource } from '#src/contract/knowledge.js'
import { Exchange, ReplyMetadata, type Message } from '#src/contract/messages.js'
import { data, frames, type Answer } from './http.js'
import type { Reachable } from './real-appliance.js'

const READY_MS = 90_000
const REPLY_MS = 90_000

/** A reply with its metadata read. */
export type Reply = Omit<Message, 'metadata'> & { metadata: ReplyMetadata }

/** An assistant; its id. */
export async function createAssistant(
  appliance: Reachable,
  fields: { name: string; language?: string; answer_mode?: string },
): Promise<string> {
  return idOf(await appliance.call('POST', '/assistants/', { body: fields }), 201)
}

/** A session with an assistant; its id. */
export async function createSession(appliance: Reachable, assistantId: string): Promise<string> {
  return idOf(await appliance.call('POST', '/sessions/', { body: { assistant_id: assistantId } }), 201)
}

/** Asks in a session and waits for the whole reply. */
export async function ask(appliance: Reachable, session: string, content: string): Promise<Reply> {
  const answer = await appliance.call('POST', `/sessions/${session}/messages`, {
    body: { content },
    signal: AbortSignal.timeout(REPLY_MS),
  })
  if (answer.status !== 200) throw new Error(`"${content}" was refused: ${JSON.stringify(answer.body)}`)
  const { assistant_message: message } = Exchange.parse(data(answer))
  if (message === null) throw new Error(`"${content}" has no reply.`)
  return { ...message, metadata: ReplyMetadata.parse(message.metadata) }
}

/** Asks in a session of its own. */
export async function askOnce(appliance: Reachable, assistantId: string, content: string): Promise<Reply> {
  return ask(appliance, await createSession(appliance, assistantId), content)
}

/** Opens a streamed reply, to be read piece by piece. */
export async function stream(appliance: Reachable, session: string, content: string) {
  const response = await fetch(`${appliance.origin}/api/v1/sessions/${session}/messages`, {
    method: 'POST',
    headers: { ...appliance.keys, accept: 'text/event-stream', 'content-type': 'application/json' },
    body: JSON.stringify({ content }),
    signal: AbortSignal.timeout(REPLY_MS),
  })
  if (response.body === null) throw new Error('The reply has no body.')
  let text = ''
  const decoder = new TextDecoder()
  const reader = response.body.getReader() as ReadableStreamDefaultReader<Uint8Array>
  const next = async () => {
    const { done, value } = await reader.read()
    if (!done) text += decoder.decode(value, { stream: true })
    return !done
  }
  return {
    status: response.status,
    /** Reads until so many frames of a kind have come. */
    async until(type: string, count = 1): Promise<void> {
      while (frames(whole(text)).filter((frame) => frame['type'] === type).length < count)
        if (!(await next())) throw new Error(`The stream ended without ${count} × ${type}: ${text}`)
    },
    /** Reads to the end; all frames. */
    async rest(): Promise<Record<string, unknown>[]> {
      while (await next());
      return frames(whole(text))
    },
  }
}

/** Without a frame that has come in part only. */
function whole(text: string): string {
  return text.slice(0, text.lastIndexOf('\n\n') + 2)
}

/** Uploads a file; the answer as it came. */
export function upload(
  appliance: Reachable,
  name: string,
  content: string | Buffer,
  fields: Record<string, string> = {},
): Promise<Answer> {
  const raw = new FormData()
  for (const [field, value] of Object.entries(fields)) raw.set(field, value)
  raw.set('file', new Blob([typeof content === 'string' ? content : new Uint8Array(content)]), name)
  return appliance.call('POST', '/knowledge/files/', { raw })
}

/** Uploads a file and waits until it is ready; what became of it, and the stages seen on the way. */
export async function teach(...given: Parameters<typeof upload>) {
  const id = idOf(await upload(...given), 202)
  return followed(given[0], id)
}

/** Waits until a source is ready. */
export async function followed(appliance: Reachable, id: string) {
  const stages = new Set<string>()
  const deadline = Date.now() + READY_MS
  for (;;) {
    const source = data(await appliance.call('GET', `/knowledge/${id}`)) as KnowledgeSource
    if (source.stage !== null) stages.add(source.stage)
    if (source.status === 'ready') return { source, stages: [...stages] }
    if (source.status === 'failed') throw new Error(`${source.title}: ${source.error ?? ''}`)
    if (Date.now() > deadline) throw new Error(`${source.title} is still in stage ${source.stage ?? 'none'}`)
    await pause(50)
  }
}

/** The id in an answer of the expected status. */
export function idOf(answer: Answer, status: number): string {
  if (answer.status !== status) throw new Error(`${answer.status}: ${JSON.stringify(answer.body)}`)
  return data(answer)['id'] as string
}
