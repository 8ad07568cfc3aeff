import type * as operations from '../../contract/operations/sessions.js'
import { filled, Resource } from '../resource.js'
import { streamFrames, type Frame } from '../talk-stream.js'
import { transcriptsAt } from '../transcript.js'
import type { CallOptions } from '../transport.js'
import type { Body } from '../types.js'
import { SessionFeedback } from './feedback.js'

const ALL = '/api/v1/sessions/'
const ONE = `${ALL}{id}`
const MESSAGES = `${ONE}/messages`
const TRANSCRIPT = `${ONE}/transcript`

/** Visitors' sessions and what is said in them. */
export class Sessions extends Resource {
  readonly feedback = new SessionFeedback(this.transport)
  readonly create = this.keyed<typeof operations.createSession>(ALL)
  readonly list = this.read<typeof operations.listSessions>(ALL)
  readonly get = this.plain<typeof operations.getSession>('GET', ONE)
  readonly update = this.write<typeof operations.patchSession>('PATCH', ONE)
  readonly end = this.plain<typeof operations.endSession>('DELETE', ONE)
  /** Asks whether it goes on. */
  readonly heartbeat = this.plain<typeof operations.sendHeartbeat>('POST', `${ONE}/heartbeat`)
  readonly messages = this.read<typeof operations.listSessionMessages>(MESSAGES)
  /** Sends a message and waits for the whole reply. */
  readonly send = this.keyed<typeof operations.sendSessionMessage>(MESSAGES)
  readonly transcript = transcriptsAt<typeof operations.getSessionTranscript>(this.transport, TRANSCRIPT)
  /** Deletes what was said, for good. */
  readonly eraseTranscript = this.plain<typeof operations.eraseSessionTranscript>('DELETE', TRANSCRIPT)

  /** Sends a message and gives the reply's frames as they come; `done`, with both messages, is the last. */
  stream(id: string, body: Body<typeof operations.sendSessionMessage>, options?: CallOptions) {
    const path = filled(MESSAGES, [id])
    return streamFrames<Frame>(this.transport, { method: 'POST', path, body, options })
  }
}
