import type { Request, Response } from 'express'
import type { Failure } from '../contract/envelope.js'
import type { StreamFrame } from '../contract/messages.js'
import type { Turn, TurnEvent } from '../domain/conversations/turn.js'
import { describeFailure } from './errors.js'

/** A comment line this often keeps proxies from closing a quiet stream. */
const PING_MS = 15_000
/** Clients give up after 10 s without headers; up to 3 s of these go by while search is awaited (domain/readiness.ts). */
const HEADERS_WITHIN_MS = 6000

/** What is written to a stream; what `done` holds is the operation's business. */
type Frame = TurnEvent | { type: 'done'; data: unknown } | Extract<StreamFrame, { type: 'error' }>

/** Whether the client asks to watch the reply being made. */
export function wantsEvents(req: Request): boolean {
  return req.get('accept')?.includes('text/event-stream') === true
}

/**
 * Sends a reply as it is being made: frames `data: {json}`, last `done` or `error`.
 * @param result what `done` holds.
 */
export async function sendTurnAsEvents(res: Response, turn: Turn, result: Promise<unknown>): Promise<void> {
  const left = leaveSignal(res)
  beginEvents(res)
  const ping = setInterval(() => res.write(': ping\n\n'), PING_MS)
  try {
    for await (const event of turn.events(left)) await writeFrame(res, event, left)
    if (left.aborted) return
    await writeFrame(res, { type: 'done', data: await result }, left)
  } catch (error) {
    const { detail, code } = failureOf(res, error)
    if (!left.aborted) await writeFrame(res, { type: 'error', detail, code }, left)
  } finally {
    clearInterval(ping)
    res.end()
  }
}

/** Sends these frames, all at once. */
export function sendFrames(res: Response, frames: readonly Frame[]): void {
  beginEvents(res)
  res.end(frames.map(asText).join(''))
}

/**
 * Sends the finished reply as JSON. The turn runs to its end even if the client leaves. Should it take
 * long, status 200 and white space go ahead, which JSON allows; a failure then shows in the envelope only.
 * @param result what `data` holds.
 * @throws what the turn failed with, as long as no header has been sent.
 */
export async function sendTurnAsJson(res: Response, turn: Turn, result: Promise<unknown>): Promise<void> {
  turn.keep()
  const keepAlive = setInterval(() => {
    if (!res.headersSent) res.status(200).type('json')
    res.write(' ')
  }, HEADERS_WITHIN_MS)
  try {
    const data = await result
    end(res, { status: 'success', status_code: 200, detail: null, data })
  } catch (error) {
    if (!res.headersSent) throw error
    end(res, failureOf(res, error))
  } finally {
    clearInterval(keepAlive)
  }
}

/** The envelope of a failure after the headers; a fault of ours is left for the request log to tell. */
function failureOf(res: Response, error: unknown): Failure {
  const failure = describeFailure(error)
  if (failure.code === 'internal' && error instanceof Error) res.err = error
  return failure
}

function beginEvents(res: Response): void {
  res.status(200).set({
    'Content-Type': 'text/event-stream; charset=utf-8',
    'Cache-Control': 'no-cache, no-transform',
    'X-Accel-Buffering': 'no',
  })
  res.flushHeaders()
}

function end(res: Response, body: unknown): void {
  if (res.headersSent) res.end(JSON.stringify(body))
  else res.status(200).json(body)
}

function leaveSignal(res: Response): AbortSignal {
  const left = new AbortController()
  // @NOTE a client may be gone before its reply begins; its 'close' does not come again.
  if (res.closed || res.destroyed) left.abort()
  else res.once('close', () => left.abort())
  return left.signal
}

/** Waits for a slow reader, so that its frames do not pile up in memory. */
async function writeFrame(res: Response, frame: Frame, left: AbortSignal): Promise<void> {
  if (res.write(asText(frame)) || left.aborted) return
  await new Promise<void>((resolve) => {
    const done = () => {
      res.off('drain', done)
      left.removeEventListener('abort', done)
      resolve()
    }
    res.on('drain', done)
    left.addEventListener('abort', done)
  })
}

function asText(frame: Frame): string {
  return `data: ${JSON.stringify(frame)}\n\n`
}
