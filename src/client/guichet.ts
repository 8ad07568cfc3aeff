import { Analytics, Unanswered } from './resources/analytics.js'
import { Assistants } from './resources/assistants.js'
import { Auth } from './resources/auth.js'
import { Contexts } from './resources/contexts.js'
import { Conversations } from './resources/conversations.js'
import { Feedback, Messages } from './resources/feedback.js'
import { Keys } from './resources/keys.js'
import { Knowledge } from './resources/knowledge.js'
import { Sessions } from './resources/sessions.js'
import { System } from './resources/system.js'
import { Telemetry, WidgetConfigs } from './resources/widgets.js'
import { Transport, type ClientOptions } from './transport.js'

export { ApiError, ConnectionError, GuichetError, InterruptedError, TimeoutError } from './errors.js'
export type { FieldError } from './errors.js'
export type { Credentials } from './credentials.js'
export type { ConversationFrame, Frame } from './talk-stream.js'
export type { CallOptions, ClientOptions } from './transport.js'

/**
 * A Guichet's API, for Node and browsers.
 * @example
 * const guichet = new Guichet({ baseUrl: 'http://127.0.0.1:8080', credentials: { clientId, clientSecret } })
 * const { id } = await guichet.sessions.create({ assistant_id })
 * for await (const frame of await guichet.sessions.stream(id, { content: 'When do you open?' })) console.log(frame)
 */
export class Guichet {
  readonly auth: Auth
  readonly assistants: Assistants
  readonly sessions: Sessions
  readonly conversations: Conversations
  readonly messages: Messages
  readonly contexts: Contexts
  readonly feedback: Feedback
  readonly knowledge: Knowledge
  readonly widgetConfigs: WidgetConfigs
  readonly telemetry: Telemetry
  readonly analytics: Analytics
  readonly unanswered: Unanswered
  readonly keys: Keys
  readonly system: System

  constructor(options: ClientOptions) {
    const transport = new Transport(options)
    this.auth = new Auth(transport)
    this.assistants = new Assistants(transport)
    this.sessions = new Sessions(transport)
    this.conversations = new Conversations(transport)
    this.messages = new Messages(transport)
    this.contexts = new Contexts(transport)
    this.feedback = new Feedback(transport)
    this.knowledge = new Knowledge(transport)
    this.widgetConfigs = new WidgetConfigs(transport)
    this.telemetry = new Telemetry(transport)
    this.analytics = new Analytics(transport)
    this.unanswered = new Unanswered(transport)
    this.keys = new Keys(transport)
    this.system = new System(transport)
  }
}
