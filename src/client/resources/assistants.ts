import type * as operations from '../../contract/operations/assistants.js'
import { Resource } from '../resource.js'

/** Who answers. */
export class Assistants extends Resource {
  readonly list = this.read<typeof operations.listAssistants>('/api/v1/assistants/')
  readonly create = this.write<typeof operations.createAssistant>('POST', '/api/v1/assistants/')
  readonly get = this.plain<typeof operations.getAssistant>('GET', '/api/v1/assistants/{id}')
  readonly update = this.write<typeof operations.patchAssistant>('PATCH', '/api/v1/assistants/{id}')
}
