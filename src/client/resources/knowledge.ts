import type * as operations from '../../contract/operations/knowledge.js'
import { Resource } from '../resource.js'
import type { CallOptions } from '../transport.js'
import type { Data } from '../types.js'

const FILES = '/api/v1/knowledge/files/'
/** A large file on a slow line. */
const UPLOAD_MS = 15 * 60_000

/** What is said of a file beside its bytes. */
export interface FileFields {
  /** Its name unless told. */
  title?: string
  /** A hint; the content decides. */
  file_type?: string
  /** The only assistants that may use it; none = all of them. */
  assistant_ids?: string[]
}

/** Uploaded files. */
export class Files extends Resource {
  readonly list = this.read<typeof operations.listFiles>(FILES)
  readonly get = this.plain<typeof operations.getFile>('GET', `${FILES}{id}`)
  readonly delete = this.plain<typeof operations.deleteFile>('DELETE', `${FILES}{id}`)

  /** Hands a file in; it is processed afterwards, see `get`. */
  upload(file: Blob, name: string, fields: FileFields = {}, options?: CallOptions) {
    const form = new FormData()
    form.append('title', fields.title ?? name)
    if (fields.file_type !== undefined) form.append('file_type', fields.file_type)
    for (const id of fields.assistant_ids ?? []) form.append('assistant_ids', id)
    form.append('file', file, name)
    return this.transport.data<Data<typeof operations.uploadFile>>({
      method: 'POST',
      path: FILES,
      form,
      options: { timeoutMs: UPLOAD_MS, ...options },
    })
  }
}

/** Question-and-answer pairs. */
export class Pairs extends Resource {
  readonly create = this.write<typeof operations.createQa>('POST', '/api/v1/knowledge/qa/')
  readonly list = this.read<typeof operations.listQa>('/api/v1/knowledge/qa/')
  readonly get = this.plain<typeof operations.getQa>('GET', '/api/v1/knowledge/qa/{id}')
  readonly delete = this.plain<typeof operations.deleteQa>('DELETE', '/api/v1/knowledge/qa/{id}')
}

/** What the organization teaches its assistants. */
export class Knowledge extends Resource {
  readonly files = new Files(this.transport)
  readonly qa = new Pairs(this.transport)
  readonly search = this.write<typeof operations.searchKnowledge>('POST', '/api/v1/knowledge/search')
  readonly list = this.read<typeof operations.listKnowledge>('/api/v1/knowledge/')
  readonly get = this.plain<typeof operations.getKnowledge>('GET', '/api/v1/knowledge/{id}')
  readonly delete = this.plain<typeof operations.deleteKnowledge>('DELETE', '/api/v1/knowledge/{id}')
}
