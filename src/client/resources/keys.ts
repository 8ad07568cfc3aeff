import type * as operations from '../../contract/operations/keys.js'
import { Resource } from '../resource.js'

const ALL = '/api/v1/keys/'
const ONE = `${ALL}{client_id}`

/** Who may use the API, each named by its client id. Secrets are told once, when they are made. */
export class Keys extends Resource {
  readonly list = this.read<typeof operations.listKeys>(ALL)
  readonly create = this.act<typeof operations.createKey>(ALL)
  readonly get = this.plain<typeof operations.getKey>('GET', ONE)
  readonly update = this.write<typeof operations.patchKey>('PATCH', ONE)
  readonly rotate = this.act<typeof operations.rotateKey>(`${ONE}/rotate`)
  readonly delete = this.plain<typeof operations.deleteKey>('DELETE', ONE)
}
