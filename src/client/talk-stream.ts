import type { z } from 'zod'
import type { ConversationStreamFrame, StreamFrame } from '../contract/messages.js'
import { InterruptedError } from './errors.js'
import { openEvents } from './event-stream.js'
import type { Call, Transport } from './transport.js'

/** What the stream of a session's reply tells before its end. */
export type Frame = z.output<typeof StreamFrame>

/** The same of a conversation's reply. */
export type ConversationFrame = z.output<typeof ConversationStreamFrame>

/** The frames of one reply; `done`, with what is stored of it, is the last. Leaving the loop early ends the request. */
export type ReplyFrames<F> = AsyncGenerator<Exclude<F, { type: 'error' }>, void>

/**
 * Asks for a stream; resolves once the reply has begun.
 * @throws ApiError and its like when it is refused. Reading on throws InterruptedError when it fails under way.
 */
export async function streamFrames<F extends Frame | ConversationFrame>(
  transport: Transport,
  call: Call,
): Promise<ReplyFrames<F>> {
  return framesOf<F>(await openEvents(transport, { ...call, keyed: true }))
}

async function* framesOf<F extends Frame | ConversationFrame>(events: AsyncIterable<string>): ReplyFrames<F> {
  for await (const data of events) {
    const frame = JSON.parse(data) as F
    if (frame.type === 'error') throw new InterruptedError(frame.detail, frame.code)
    yield frame as Exclude<F, { type: 'error' }>
    if (frame.type === 'done') return
  }
  throw new InterruptedError('The stream ended before the reply did.', null)
}
