import { fields, number, readCitation, readMessage, text, type Citation, type Message } from './wire.js'

/** What a reply's stream can say. A stream that ends without `done` or `error` was interrupted. */
export type ReplyEvent =
  | { type: 'queue'; position: number; etaMs: number | null }
  | { type: 'sources'; citations: Citation[] }
  | { type: 'token'; text: string }
  | { type: 'done'; reply: Message }
  | { type: 'error'; detail: string }

/** One frame as an event; null for what this page does not know, which newer servers may send. */
export function readReplyEvent(given: unknown): ReplyEvent | null {
  const frame = fields(given)
  switch (frame['type']) {
    case 'queue':
      return { type: 'queue', position: number(frame['position']) ?? 0, etaMs: number(frame['eta_ms']) }
    case 'sources': {
      const sources: unknown = frame['sources']
      return { type: 'sources', citations: Array.isArray(sources) ? sources.map(readCitation) : [] }
    }
    case 'token':
      return { type: 'token', text: text(frame['text']) }
    case 'done':
      return { type: 'done', reply: readMessage(fields(frame['data'])['assistant_message']) }
    case 'error':
      return { type: 'error', detail: text(frame['detail']) }
    default:
      return null
  }
}
