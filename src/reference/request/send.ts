import { createParser } from 'eventsource-parser'
import type { Prepared } from './prepare.js'

/** One frame of a stream, and when it came, in ms from the request's start. */
export interface Frame {
  ms: number
  data: string
}

/** How far a request has come. `broken`: there was no answer, or it ended too early. */
export interface Outcome {
  state: 'open' | 'done' | 'stopped' | 'broken'
  /** Null as long as nothing has been answered. */
  status: number | null
  statusText: string
  ms: number
  headers: [name: string, value: string][]
  text: string
  frames: Frame[]
}

/** Sends a request and reports each thing that happens; ends when all has been read, or `signal` stops it. */
export async function send(
  prepared: Prepared,
  signal: AbortSignal,
  report: (outcome: Outcome) => void,
): Promise<void> {
  const begun = performance.now()
  const since = () => Math.round(performance.now() - begun)
  let outcome: Outcome = {
    state: 'open',
    status: null,
    statusText: '',
    ms: 0,
    headers: [],
    text: '',
    frames: [],
  }
  const now = (changes: Partial<Outcome>) => {
    outcome = { ...outcome, ms: since(), ...changes }
    report(outcome)
  }
  now({})
  try {
    const response = await fetch(prepared.url, requestInit(prepared, signal))
    now({ status: response.status, statusText: response.statusText, headers: [...response.headers] })
    const type = response.headers.get('content-type') ?? ''
    if (response.body !== null && type.startsWith('text/event-stream')) {
      for await (const data of framesOf(response.body)) {
        now({ frames: [...outcome.frames, { ms: since(), data }] })
      }
      now({ state: 'done' })
    } else now({ text: await response.text(), state: 'done' })
  } catch {
    now({ state: signal.aborted ? 'stopped' : 'broken' })
  }
}

function requestInit({ method, headers, body }: Prepared, signal: AbortSignal): RequestInit {
  // @NOTE what is sent is what is shown: no cookie goes along, and a header is sent as typed or not at all.
  const init: RequestInit = { method, headers, signal, credentials: 'omit', cache: 'no-store' }
  if (body.kind === 'json') init.body = body.text
  if (body.kind === 'form') {
    const form = new FormData()
    for (const [name, value] of body.parts) form.append(name, value)
    if (body.file !== null) form.append(body.fileField, body.file)
    init.body = form
  }
  return init
}

async function* framesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const arrived: string[] = []
  const parser = createParser({ onEvent: ({ data }) => arrived.push(data) })
  const decoder = new TextDecoder()
  const reader = body.getReader()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      parser.feed(decoder.decode(value, { stream: true }))
      yield* arrived.splice(0)
    }
  } finally {
    reader.releaseLock()
  }
}
