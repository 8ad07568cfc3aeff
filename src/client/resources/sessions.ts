import type * as operations from '../../contract/operations/sessions.js'
import { filled, Resource } from '../resource.js'
import { streamFrames } from '../talk-stream.js'
import type { CallOptions } from '../transport.js'
import type { Body } from '../types.js'

const MESSAGES = '/api/v1/sessions/{id}/messages'

/** Visitors' sessions and what is said in them. */
export class Sessions extends Resource {
  readonly create = this.write<typeof operations.createSession>('POST', '/api/v1/sessions/')
  readonly get = this.plain<typeof operations.getSession>('GET', '/api/v1/sessions/{id}')
  readonly messages = this.read<typeof operations.listSessionMessages>(MESSAGES)
  /** Sends a message and waits for the whole reply. */
  readonly send = this.write<typeof operations.sendSessionMessage>('POST', MESSAGES)

  /** Sends a message and gives the reply's frames as they come; `done`, with both messages, is the last. */
  stream(id: string, body: Body<typeof operations.sendSessionMessage>, options?: CallOptions) {
    return streamFrames(this.transport, { method: 'POST', path: filled(MESSAGES, [id]), body, options })
  }
}
