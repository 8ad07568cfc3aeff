import type * as operations from '../../contract/operations/assistants.js'
import type * as uses from '../../contract/operations/knowledge-use.js'
import { Resource } from '../resource.js'

const ALL = '/api/v1/assistants/'
const ONE = `${ALL}{id}`

/** Which sources an assistant uses. */
export class AssistantSources extends Resource {
  readonly get = this.plain<typeof uses.getAssistantKnowledge>('GET', `${ONE}/knowledge`)
  readonly replace = this.write<typeof uses.putAssistantKnowledge>('PUT', `${ONE}/knowledge`)
}

/** Who answers. */
export class Assistants extends Resource {
  readonly knowledge = new AssistantSources(this.transport)
  readonly list = this.read<typeof operations.listAssistants>(ALL)
  readonly create = this.keyed<typeof operations.createAssistant>(ALL)
  readonly get = this.plain<typeof operations.getAssistant>('GET', ONE)
  readonly update = this.write<typeof operations.patchAssistant>('PATCH', ONE)
  readonly replace = this.write<typeof operations.replaceAssistant>('PUT', ONE)
  readonly delete = this.plain<typeof operations.deleteAssistant>('DELETE', ONE)
}
