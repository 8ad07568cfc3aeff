/** How a reply was made, as `metadata.answer_mode` says it. */
export type ReplyMode = 'verbatim' | 'quote' | 'compose' | 'declined' | 'smalltalk'
/** How an assistant is told to reply. */
export type AnswerMode = 'auto' | 'quote' | 'compose'

export const ANSWER_MODES: readonly AnswerMode[] = ['auto', 'quote', 'compose']
const REPLY_MODES: readonly ReplyMode[] = ['verbatim', 'quote', 'compose', 'declined', 'smalltalk']

export interface AssistantInfo {
  id: string
  name: string
  description: string
  answerMode: AnswerMode
}

export interface PageConfig {
  clientId: string | null
  assistant: AssistantInfo | null
  operator: boolean
  version: string
  maxUploadBytes: number | null
}

/** Where a reply's words come from. */
export interface Citation {
  type: string
  title: string
  snippet: string
  quote: string
  page: number | null
  section: string
  url: string
}

export interface Message {
  id: string
  sender: 'user' | 'assistant'
  content: string
  mode: ReplyMode | null
  model: string
  firstWordMs: number | null
  totalMs: number | null
  citations: Citation[]
}

export interface Document {
  id: string
  type: string
  title: string
  status: string
  stage: string | null
  pages: number | null
  pagesDone: number
  passages: number
  passagesDone: number
  error: string
  /** Guichet's own user documentation, there from the first start. */
  guide: boolean
}

type Fields = Record<string, unknown>

/** The value as an object; an empty one when it is anything else. */
export function fields(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {}
}

/** The value as text; empty when it is anything else. */
export function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** The value as a finite number, or null. */
export function number(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}

function oneOf<T extends string>(allowed: readonly T[], value: unknown): T | null {
  return allowed.find((known) => known === value) ?? null
}

/** Reads `GET /page/config.json`. */
export function readPageConfig(value: unknown): PageConfig {
  const config = fields(value)
  const assistant = fields(config['assistant'])
  const id = text(assistant['id'])
  return {
    clientId: text(config['client_id']) || null,
    assistant: id ? { ...readAssistant(assistant), id } : null,
    operator: config['operator'] === true,
    version: text(config['version']),
    maxUploadBytes: number(fields(config['limits'])['max_upload_bytes']),
  }
}

/** Reads an assistant of the API. */
export function readAssistant(value: unknown): AssistantInfo {
  const assistant = fields(value)
  return {
    id: text(assistant['id']),
    name: text(assistant['name']),
    description: text(assistant['description']),
    answerMode: oneOf(ANSWER_MODES, assistant['answer_mode']) ?? 'auto',
  }
}

/** Reads one entry of a message's `sources`. */
export function readCitation(value: unknown): Citation {
  const source = fields(value)
  return {
    type: text(source['type']),
    title: text(source['title']),
    snippet: text(source['snippet']),
    quote: text(source['quote']),
    page: number(source['page']),
    section: text(source['section']),
    url: text(source['url']),
  }
}

/** Reads a message with its metadata and sources. */
export function readMessage(value: unknown): Message {
  const message = fields(value)
  const metadata = fields(message['metadata'])
  const timings = fields(metadata['timings'])
  return {
    id: text(message['id']),
    sender: message['sender'] === 'user' ? 'user' : 'assistant',
    content: text(message['content']),
    mode: oneOf(REPLY_MODES, metadata['answer_mode']),
    model: text(metadata['model']),
    firstWordMs: number(timings['first_token_ms']),
    totalMs: number(timings['total_ms']),
    citations: list(message['sources']).map(readCitation),
  }
}

/** Reads `data.messages`. */
export function readMessages(data: unknown): Message[] {
  return list(fields(data)['messages']).map(readMessage)
}

/** Reads a knowledge source; `progress`, where present, is newer than the totals beside it. */
export function readDocument(value: unknown): Document {
  const source = fields(value)
  const progress = fields(source['progress'])
  return {
    id: text(source['id']),
    type: text(source['type']),
    title: text(source['title']),
    guide: source['source'] === 'guichet',
    status: text(source['status']),
    stage: text(source['stage']) || null,
    pages: number(progress['pages']) ?? number(source['pages']),
    pagesDone: number(progress['pages_done']) ?? 0,
    passages: number(progress['passages']) ?? number(source['passages']) ?? 0,
    passagesDone: number(progress['passages_done']) ?? 0,
    error: text(source['error']),
  }
}

/** Reads `data.sources` and how many there are in all. */
export function readDocuments(data: unknown): { documents: Document[]; total: number } {
  const documents = list(fields(data)['sources']).map(readDocument)
  return { documents, total: number(fields(data)['total']) ?? documents.length }
}
