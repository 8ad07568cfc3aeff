import type * as sending from '../../contract/operations/conversation-messages.js'
import type * as operations from '../../contract/operations/conversations.js'
import { filled, Resource } from '../resource.js'
import { streamFrames, type ConversationFrame } from '../talk-stream.js'
import { transcriptsAt } from '../transcript.js'
import type { CallOptions } from '../transport.js'
import type { Body } from '../types.js'

const ALL = '/api/v1/conversations/'
const ONE = `${ALL}{id}`
const MESSAGES = `${ONE}/messages`
const TRANSCRIPT = `${ONE}/transcript`

/** Conversations of known customers, which no session's end ends. */
export class Conversations extends Resource {
  readonly create = this.keyed<typeof operations.createConversation>(ALL)
  readonly list = this.read<typeof operations.listConversations>(ALL)
  readonly get = this.plain<typeof operations.getConversation>('GET', ONE)
  readonly update = this.write<typeof operations.patchConversation>('PATCH', ONE)
  readonly delete = this.plain<typeof operations.deleteConversation>('DELETE', ONE)
  readonly messages = this.read<typeof operations.listConversationMessages>(MESSAGES)
  /** Sends a message and waits for the whole reply. */
  readonly send = this.keyed<typeof sending.sendConversationMessage>(MESSAGES)
  readonly transcript = transcriptsAt<typeof operations.getConversationTranscript>(this.transport, TRANSCRIPT)
  /** Deletes what was said, for good. */
  readonly eraseTranscript = this.plain<typeof operations.eraseConversationTranscript>('DELETE', TRANSCRIPT)

  /** Sends a message and gives the reply's frames as they come; `done`, with both messages, is the last. */
  stream(id: string, body: Body<typeof sending.sendConversationMessage>, options?: CallOptions) {
    const path = filled(MESSAGES, [id])
    return streamFrames<ConversationFrame>(this.transport, { method: 'POST', path, body, options })
  }
}
