import { ConnectionError, InterruptedError } from './errors.js'
import type { Call, Transport } from './transport.js'

const LINE_END = /\r\n|\r|\n/

/**
 * The `data` of each event of a `text/event-stream` body, as it arrives. Comments and other fields are passed over; an
 * event that the end of the stream cuts off is not given.
 */
export async function* readEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<string, void> {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let pending = ''
  let data: string[] = []
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      pending += decoder.decode(value, { stream: true })
      const lines = pending.split(LINE_END)
      // @NOTE a "\r" at the end may be half of a line's end; it waits for its "\n".
      pending = pending.endsWith('\r') ? `${lines.splice(-2)[0] ?? ''}\r` : (lines.pop() ?? '')
      for (const line of lines) {
        if (line === '') {
          if (data.length > 0) yield data.join('\n')
          data = []
        } else if (line.startsWith('data:')) data.push(line.slice(line.startsWith('data: ') ? 6 : 5))
      }
    }
  } finally {
    // Whoever stops reading, stops the server's writing too.
    await reader.cancel().catch(() => undefined)
  }
}

/**
 * Asks for a stream; resolves with the `data` of its events once the answer has begun. Leaving the loop ends the request.
 * @throws ApiError and its like when it is refused. Reading on throws InterruptedError when the connection breaks.
 */
export async function openEvents(transport: Transport, call: Call): Promise<AsyncGenerator<string, void>> {
  const response = await transport.request({ ...call, accept: 'text/event-stream' })
  if (response.body === null) throw new ConnectionError('The answer has no body.')
  return guarded(readEvents(response.body), call.options?.signal)
}

async function* guarded(
  events: AsyncGenerator<string, void>,
  signal: AbortSignal | undefined,
): AsyncGenerator<string, void> {
  try {
    yield* events
  } catch (error) {
    signal?.throwIfAborted()
    throw new InterruptedError(error instanceof Error ? error.message : 'The connection broke.', null)
  }
}
