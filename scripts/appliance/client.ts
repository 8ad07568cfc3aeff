import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { EventSourceParserStream } from 'eventsource-parser/stream'
import { z } from 'zod'
import type { AnswerMode } from '../../src/contract/assistants.js'
import { HealthDetails } from '../../src/contract/health.js'
import { KnowledgeSource } from '../../src/contract/knowledge.js'
import { ReplyMetadata, StreamFrame } from '../../src/contract/messages.js'
import type { Access } from './appliance.js'

/** A stored question with its answer. */
export const Pair = z.object({ question: z.string(), answer: z.string(), tags: z.array(z.string()) })
export type Pair = z.infer<typeof Pair>

/** What came back on one question; times in milliseconds since it was sent, `firstMs` to the first word. */
export interface Reply {
  text: string
  /** `failed`: no whole reply came; `text` says why. */
  mode: ReplyMetadata['answer_mode'] | 'failed'
  unsure: boolean
  confidence: number
  titles: string[]
  firstMs: number
  lastMs: number
  /** What the appliance itself tells of the reply. */
  metadata?: ReplyMetadata
}

/** How far a file's processing is. */
export interface FileState {
  status: 'pending' | 'processing' | 'ready' | 'failed'
  /** Why it failed. */
  error: string | null
  passages: number
  passagesDone: number
}

const CALL_MS = 30_000
/** A little more than the appliance itself gives to a reply. */
const REPLY_MS = 310_000
const INGEST_MS = 300_000

const Created = z.object({ data: z.object({ id: z.string() }) })
const Fetched = z.object({
  data: KnowledgeSource.pick({ status: true, error: true, passages: true, progress: true }),
})
const Found = z.object({ data: z.object({ hits: z.array(z.unknown()) }) })
const Healthy = z.object({ data: HealthDetails })

/** Talks to an appliance over its documented API, as any client does. */
export class ApplianceClient {
  private readonly headers: Record<string, string>

  constructor(private readonly access: Access) {
    this.headers = { 'x-api-key': access.key, 'x-api-secret': access.secret }
  }

  /** Makes an assistant that answers in the given mode; its id. */
  createAssistant(name: string, mode: AnswerMode): Promise<string> {
    return this.create('/assistants/', { name, language: 'en', answer_mode: mode })
  }

  /** Stores a pair for one assistant only. */
  async addPair(assistantId: string, pair: Pair): Promise<void> {
    await this.create('/knowledge/qa/', { ...pair, assistant_ids: [assistantId] })
  }

  /** Uploads a file for one assistant only and waits until it can be searched; throws when it fails. */
  async addFile(assistantId: string, path: string): Promise<void> {
    const id = await this.upload(basename(path), await readFile(path), [assistantId])
    const deadline = Date.now() + INGEST_MS
    while (Date.now() < deadline) {
      const { status, error } = await this.file(id)
      if (status === 'ready') return
      if (status === 'failed') throw new Error(`${path} could not be read: ${error ?? 'no reason given'}`)
      await wait(250)
    }
    throw new Error(`${path} was not ready within ${String(INGEST_MS / 1000)} s.`)
  }

  /** Hands a file over for processing, titled by its name; its id. For all assistants unless some are named. */
  upload(
    name: string,
    content: string | Buffer<ArrayBuffer>,
    assistantIds: readonly string[] = [],
  ): Promise<string> {
    const form = new FormData()
    form.set('file', new Blob([content]), name)
    form.set('title', name)
    for (const id of assistantIds) form.append('assistant_ids', id)
    return this.created('/knowledge/files/', { method: 'POST', body: form })
  }

  /** How far the processing of a file is. */
  async file(id: string): Promise<FileState> {
    const { progress, ...state } = Fetched.parse(await this.json(`/knowledge/${id}`, {})).data
    return { ...state, passagesDone: progress.passages_done }
  }

  /** Searches as replies do; how many passages were found. */
  async search(query: string): Promise<number> {
    return Found.parse(await this.json('/knowledge/search', asJson({ query }))).data.hits.length
  }

  /** The appliance's own account of its condition. */
  async health(): Promise<HealthDetails> {
    return Healthy.parse(await this.json('/health', {})).data
  }

  /** Asks in a session of its own and reads the stream to its end; never rejects. */
  async ask(assistantId: string, question: string): Promise<Reply> {
    const started = performance.now()
    try {
      return await this.converse(assistantId, question)
    } catch (error) {
      const lastMs = performance.now() - started
      return {
        text: String(error),
        mode: 'failed',
        unsure: false,
        confidence: 0,
        titles: [],
        firstMs: lastMs,
        lastMs,
      }
    }
  }

  private async converse(assistantId: string, question: string): Promise<Reply> {
    const session = await this.create('/sessions/', { assistant_id: assistantId })
    const started = performance.now()
    const response = await this.call(
      `/sessions/${session}/messages`,
      { ...asJson({ content: question }), headers: { accept: 'text/event-stream' } },
      REPLY_MS,
    )
    if (response.body === null) throw new Error('The reply has no body.')
    const events = response.body
      .pipeThrough(new TextDecoderStream())
      .pipeThrough(new EventSourceParserStream())
    let firstMs: number | undefined
    for await (const event of events) {
      const frame = StreamFrame.parse(JSON.parse(event.data))
      if (frame.type === 'error') throw new Error(frame.detail)
      if (frame.type === 'token') firstMs ??= performance.now() - started
      if (frame.type === 'done') return toReply(frame, firstMs, performance.now() - started)
    }
    throw new Error('The stream ended without "done".')
  }

  private create(path: string, body: unknown): Promise<string> {
    return this.created(path, asJson(body))
  }

  private async created(path: string, init: RequestInit): Promise<string> {
    return Created.parse(await this.json(path, init)).data.id
  }

  private async json(path: string, init: RequestInit): Promise<unknown> {
    return (await this.call(path, init, CALL_MS)).json()
  }

  private async call(path: string, init: RequestInit, limitMs: number): Promise<Response> {
    const headers = new Headers({ ...this.headers, ...(init.headers as Record<string, string> | undefined) })
    if (typeof init.body === 'string') headers.set('content-type', 'application/json')
    const response = await fetch(`${this.access.url}/api/v1${path}`, {
      ...init,
      headers,
      signal: AbortSignal.timeout(limitMs),
    })
    if (!response.ok) throw new Error(`${path}: ${String(response.status)} ${await response.text()}`)
    return response
  }
}

function asJson(body: unknown): { method: string; body: string } {
  return { method: 'POST', body: JSON.stringify(body) }
}

function toReply(
  frame: Extract<StreamFrame, { type: 'done' }>,
  firstMs: number | undefined,
  lastMs: number,
): Reply {
  const message = frame.data.assistant_message
  if (message === null) throw new Error('There is no reply.')
  const metadata = ReplyMetadata.parse(message.metadata)
  return {
    text: message.content,
    mode: metadata.answer_mode,
    unsure: metadata.assistant_unsure,
    confidence: metadata.confidence_score,
    titles: message.sources.map((source) => source.title),
    firstMs: firstMs ?? lastMs,
    lastMs,
    metadata,
  }
}
