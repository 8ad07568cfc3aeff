import { expect, it } from 'vitest'
import { readEvents } from '#src/client/event-stream.js'

async function eventsOf(chunks: Uint8Array[]): Promise<string[]> {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk)
      controller.close()
    },
  })
  const events: string[] = []
  for await (const event of readEvents(body)) events.push(event)
  return events
}

it.each(['\n', '\r\n', '\r'])('reads events however the bytes are cut, lines ending in %j', async (end) => {
  const lines = [
    'data: {"text":"é"}',
    '',
    ': alive',
    '',
    'event: x',
    'data: a',
    'data:b',
    '',
    'data: cut off',
  ]
  const bytes = new TextEncoder().encode(lines.map((line) => line + end).join(''))
  const whole = await eventsOf([bytes])
  expect(whole).toEqual(['{"text":"é"}', 'a\nb'])
  expect(await eventsOf([...bytes].map((byte) => Uint8Array.of(byte)))).toEqual(whole)
})

it('stops the server when its reader stops', async () => {
  let isCancelled = false
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      controller.enqueue(new TextEncoder().encode('data: x\n\n'))
    },
    cancel: () => {
      isCancelled = true
    },
  })
  for await (const event of readEvents(body)) {
    expect(event).toBe('x')
    break
  }
  expect(isCancelled).toBe(true)
})
