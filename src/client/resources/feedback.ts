import type * as operations from '../../contract/operations/feedback.js'
import { Resource } from '../resource.js'

const ALL = '/api/v1/feedback/'
const OF_SESSION = '/api/v1/sessions/{id}/feedback'
const OF_MESSAGE = '/api/v1/messages/{id}/feedback'

/** What a visitor thinks of a session. */
export class SessionFeedback extends Resource {
  readonly get = this.plain<typeof operations.getSessionFeedback>('GET', OF_SESSION)
  readonly give = this.keyed<typeof operations.rateSession>(OF_SESSION)
  readonly withdraw = this.plain<typeof operations.withdrawSessionRating>('DELETE', OF_SESSION)
}

/** What a visitor thinks of a reply. */
export class MessageFeedback extends Resource {
  readonly get = this.plain<typeof operations.getMessageFeedback>('GET', OF_MESSAGE)
  readonly give = this.keyed<typeof operations.rateMessage>(OF_MESSAGE)
  readonly withdraw = this.plain<typeof operations.withdrawMessageRating>('DELETE', OF_MESSAGE)
}

/** Messages by themselves. */
export class Messages extends Resource {
  readonly feedback = new MessageFeedback(this.transport)
}

/** All feedback of the organization. */
export class Feedback extends Resource {
  readonly list = this.read<typeof operations.listFeedback>(ALL)
  readonly delete = this.plain<typeof operations.deleteFeedback>('DELETE', `${ALL}{id}`)
}
