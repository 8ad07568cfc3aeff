import type * as operations from '../../contract/operations/contexts.js'
import { Resource } from '../resource.js'

const ALL = '/api/v1/contexts/'
const ONE = `${ALL}{id}`

/** What assistants may know of users. Each is named by its id or by its `user_reference`. */
export class Contexts extends Resource {
  /** Creates the user's context, or merges traits into the one there is. */
  readonly upsert = this.keyed<typeof operations.createContext>(ALL)
  readonly list = this.read<typeof operations.listContexts>(ALL)
  readonly get = this.plain<typeof operations.getContext>('GET', ONE)
  readonly update = this.write<typeof operations.patchContext>('PATCH', ONE)
  readonly delete = this.plain<typeof operations.deleteContext>('DELETE', ONE)
}
