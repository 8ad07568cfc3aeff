import type { z } from 'zod'
import type { StreamFrame } from '../contract/messages.js'
import { readEvents } from './event-stream.js'
import { ConnectionError, InterruptedError } from './errors.js'
import type { Call, Transport } from './transport.js'

/** What a reply's stream tells before its end. */
export type Frame = z.output<typeof StreamFrame>

/** The frames of one reply; `done`, with what is stored of it, is the last. Leaving the loop early ends the request. */
export type ReplyFrames<Last> = AsyncGenerator<Exclude<Frame, { type: 'done' | 'error' }> | Last, void>

/**
 * Asks for a stream; resolves once the reply has begun.
 * @throws ApiError and its like when it is refused. Reading on throws InterruptedError when it fails under way.
 */
export async function streamFrames<Last = Extract<Frame, { type: 'done' }>>(
  transport: Transport,
  call: Call,
): Promise<ReplyFrames<Last>> {
  const response = await transport.request({ ...call, accept: 'text/event-stream' })
  if (response.body === null) throw new ConnectionError('The answer has no body.')
  return framesOf<Last>(guarded(readEvents(response.body), call.options?.signal))
}

async function* framesOf<Last>(events: AsyncIterable<string>): ReplyFrames<Last> {
  for await (const data of events) {
    const frame = JSON.parse(data) as Frame
    if (frame.type === 'error') throw new InterruptedError(frame.detail, frame.code)
    yield frame as Exclude<Frame, { type: 'done' | 'error' }> | Last
    if (frame.type === 'done') return
  }
  throw new InterruptedError('The stream ended before the reply did.', null)
}

async function* guarded(
  events: AsyncGenerator<string>,
  signal: AbortSignal | undefined,
): AsyncGenerator<string> {
  try {
    yield* events
  } catch (error) {
    signal?.throwIfAborted()
    throw new InterruptedError(error instanceof Error ? error.message : 'The connection broke.', null)
  }
}
