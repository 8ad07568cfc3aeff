import { Assistants } from './resources/assistants.js'
import { Knowledge } from './resources/knowledge.js'
import { Sessions } from './resources/sessions.js'
import { Transport, type ClientOptions } from './transport.js'

export { ApiError, ConnectionError, GuichetError, InterruptedError, TimeoutError } from './errors.js'
export type { FieldError } from './errors.js'
export type { Credentials } from './credentials.js'
export type { Frame } from './talk-stream.js'
export type { CallOptions, ClientOptions } from './transport.js'

/**
 * A Guichet's API, for Node and browsers.
 * @example
 * const guichet = new Guichet({ baseUrl: 'http://127.0.0.1:8080', credentials: { clientId, clientSecret } })
 * const { id } = await guichet.sessions.create({ assistant_id })
 * for await (const frame of await guichet.sessions.stream(id, { content: 'When do you open?' })) console.log(frame)
 */
export class Guichet {
  readonly assistants: Assistants
  readonly sessions: Sessions
  readonly knowledge: Knowledge

  constructor(options: ClientOptions) {
    const transport = new Transport(options)
    this.assistants = new Assistants(transport)
    this.sessions = new Sessions(transport)
    this.knowledge = new Knowledge(transport)
  }
}
