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
