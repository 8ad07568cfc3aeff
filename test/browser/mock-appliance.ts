import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { replyFor } from './mock-replies.js'

const BUILT = fileURLToPath(new URL('../../dist/page/', import.meta.url))
const TYPES: Record<string, string> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
}

interface MockDocument {
  title: string
  looks: number
}

/** What one mock remembers; tests look into it and turn its switches. */
export interface MockState {
  mode: string
  sessions: number
  tokens: number
  /** The next message finds its session expired. */
  expireNext: boolean
  /** The next message finds its token expired. */
  staleTokenNext: boolean
  documents: Map<string, MockDocument>
  messages: unknown[]
}

type Handler = (req: IncomingMessage, res: ServerResponse, state: MockState) => Promise<void> | void

/** The appliance's HTTP face as api.md describes it, with scripted replies: for what a real one will not do on demand. */
export function mockAppliance(): { server: Server; state: MockState } {
  const documents = new Map<string, MockDocument>()
  const state: MockState = {
    mode: 'auto',
    sessions: 0,
    tokens: 0,
    expireNext: false,
    staleTokenNext: false,
    documents,
    messages: [],
  }
  const server = createServer((req, res) => {
    const { pathname } = new URL(req.url ?? '/', 'http://mock')
    const path = `${req.method ?? 'GET'} ${pathname.replace(/\/$/, '') || '/'}`
    const route = ROUTES.find(([pattern]) => pattern.test(path))
    void Promise.resolve(route ? route[1](req, res, state) : page(pathname, res)).catch(() => res.destroy())
  })
  return { server, state }
}

const ROUTES: [RegExp, Handler][] = [
  [/^GET \/operator$/, openDesk],
  [/^GET \/page\/config\.json$/, config],
  [/^POST .*\/auth\/widget-token$/, token],
  [/^POST .*\/sessions$/, session],
  [/^POST .*\/messages$/, message],
  [/^GET .*\/messages$/, (_req, res, { messages }) => succeed(res, 200, { messages })],
  [/^PATCH .*\/assistants\/[^/]+$/, changeMode],
  [/^POST .*\/knowledge\/files$/, upload],
  [/^GET .*\/knowledge$/, (_req, res, state) => succeed(res, 200, listed(state))],
  [/^GET .*\/knowledge\/files\/[^/]+$/, look],
  [/^DELETE .*\/knowledge\/files\/[^/]+$/, forget],
]

function openDesk(_req: IncomingMessage, res: ServerResponse): void {
  res.writeHead(303, { 'Set-Cookie': 'operator=yes; HttpOnly; SameSite=Strict', Location: '/' }).end()
}

function config(req: IncomingMessage, res: ServerResponse, { mode }: MockState): void {
  const assistant = { id: 'assistant-1', name: 'Support', description: '', language: 'en', answer_mode: mode }
  const operator = req.headers.cookie?.includes('operator=yes') ?? false
  const limits = { max_upload_bytes: 1024 * 1024 }
  send(res, 200, { client_id: 'page', assistant, operator, version: '0.1.0', public_url: null, limits })
}

function token(_req: IncomingMessage, res: ServerResponse, state: MockState): void {
  state.tokens += 1
  send(res, 200, { token: `token-${String(state.tokens)}`, expires_in: 3600, token_type: 'Bearer' })
}

function session(req: IncomingMessage, res: ServerResponse, state: MockState): void {
  if (!req.headers['x-session-secret']) {
    refuse(res, 400, 'No session secret.')
    return
  }
  state.sessions += 1
  state.messages = []
  succeed(res, 201, { id: `session-${String(state.sessions)}` })
}

async function message(req: IncomingMessage, res: ServerResponse, state: MockState): Promise<void> {
  const { content } = JSON.parse(await text(req)) as { content: string }
  if (state.staleTokenNext) {
    state.staleTokenNext = false
    refuse(res, 401, 'The token has expired.', 'unauthorized')
    return
  }
  if (state.expireNext) {
    state.expireNext = false
    refuse(res, 410, 'The session has expired.', 'session_expired')
    return
  }
  const title = [...state.documents.values()].at(-1)?.title
  await replyFor(content, title, res, (pair) => state.messages.push(...pair))
}

async function changeMode(req: IncomingMessage, res: ServerResponse, state: MockState): Promise<void> {
  if (req.headers['x-guichet-page'] !== '1') {
    refuse(res, 403, 'Not from the page.')
    return
  }
  state.mode = (JSON.parse(await text(req)) as { answer_mode: string }).answer_mode
  succeed(res, 200, { id: 'assistant-1', name: 'Support', answer_mode: state.mode })
}

async function upload(req: IncomingMessage, res: ServerResponse, state: MockState): Promise<void> {
  if (req.headers['x-guichet-page'] !== '1') {
    refuse(res, 403, 'Not from the page.')
    return
  }
  const title = /name="title"\r\n\r\n(.*)\r\n/.exec(await text(req))?.[1] ?? 'untitled'
  const id = `doc-${String(state.documents.size + 1)}`
  state.documents.set(id, { title, looks: 0 })
  succeed(res, 202, sourceOf(id, state))
}

function look(req: IncomingMessage, res: ServerResponse, state: MockState): void {
  const id = req.url?.split('/').at(-1) ?? ''
  const document = state.documents.get(id)
  if (!document) {
    refuse(res, 404, 'There is no such source.')
    return
  }
  document.looks += 1
  succeed(res, 200, sourceOf(id, state))
}

function forget(req: IncomingMessage, res: ServerResponse, state: MockState): void {
  state.documents.delete(req.url?.split('/').at(-1) ?? '')
  succeed(res, 200, {})
}

function listed(state: MockState): unknown {
  const sources = [...state.documents.keys()].reverse().map((id) => sourceOf(id, state))
  return { sources, total: sources.length, limit: 20, offset: 0 }
}

/** A source moves on one step each time it is looked at. */
function sourceOf(id: string, { documents }: MockState): unknown {
  const { title, looks } = documents.get(id) ?? { title: '', looks: 0 }
  const shared = { id, type: 'file', title, error: null, pages: 12, passages: 40 }
  if (looks >= 3 && title.endsWith('.exe')) {
    return {
      ...shared,
      status: 'failed',
      stage: 'extract',
      error: 'This is not a PDF, Markdown or text file.',
    }
  }
  const steps = [
    { status: 'pending', stage: null },
    {
      status: 'processing',
      stage: 'extract',
      progress: { pages: 12, pages_done: 5, passages: 0, passages_done: 0 },
    },
    {
      status: 'processing',
      stage: 'embed',
      progress: { pages: 12, pages_done: 12, passages: 40, passages_done: 22 },
    },
    { status: 'ready', stage: null },
  ]
  return { ...shared, ...steps[Math.min(looks, steps.length - 1)] }
}

async function page(pathname: string, res: ServerResponse): Promise<void> {
  const file = pathname === '/' ? 'index.html' : normalize(pathname).replace(/^\/+/, '')
  const type = TYPES[file.split('.').at(-1) ?? ''] ?? 'application/octet-stream'
  try {
    const bytes = await readFile(join(BUILT, file))
    const policy = "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'"
    res.writeHead(200, { 'Content-Type': type, 'Content-Security-Policy': policy }).end(bytes)
  } catch {
    refuse(res, 404, 'There is nothing here.')
  }
}

async function text(req: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of req) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

function send(res: ServerResponse, status: number, body: unknown): void {
  res.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body))
}

function succeed(res: ServerResponse, status: number, data: unknown): void {
  send(res, status, { status: 'success', status_code: status, detail: null, data })
}

function refuse(res: ServerResponse, status: number, detail: string, code = 'refused'): void {
  send(res, status, { status: 'error', status_code: status, detail, code, data: null })
}
