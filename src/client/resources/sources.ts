import type * as operations from '../../contract/operations/knowledge.js'
import { Resource } from '../resource.js'
import type { CallOptions } from '../transport.js'
import type { Data } from '../types.js'

const FILES = '/api/v1/knowledge/files/'
const PAIRS = '/api/v1/knowledge/qa/'
const PAGES = '/api/v1/knowledge/urls/'
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
  readonly update = this.write<typeof operations.patchFile>('PATCH', `${FILES}{id}`)
  readonly delete = this.plain<typeof operations.deleteFile>('DELETE', `${FILES}{id}`)
  readonly reprocess = this.act<typeof operations.reprocessFile>(`${FILES}{id}/reprocess`)

  /**
   * Hands a file in; it is processed afterwards, see `get`.
   * @param name of a `File` its own unless told.
   */
  upload(file: Blob, name = nameOf(file), fields: FileFields = {}, options?: CallOptions) {
    const form = new FormData()
    form.append('title', fields.title ?? name)
    if (fields.file_type !== undefined) form.append('file_type', fields.file_type)
    for (const id of fields.assistant_ids ?? []) form.append('assistant_ids', id)
    form.append('file', file, name)
    return this.transport.answer<Data<typeof operations.uploadFile>>({
      method: 'POST',
      path: FILES,
      form,
      options: { timeoutMs: UPLOAD_MS, ...options },
    })
  }
}

function nameOf(file: Blob): string {
  const { name } = file as { name?: unknown }
  if (typeof name === 'string' && name !== '') return name
  throw new TypeError('Only a File has a name of its own; name this one.')
}

/** Question-and-answer pairs. */
export class Pairs extends Resource {
  readonly create = this.keyed<typeof operations.createQa>(PAIRS)
  readonly list = this.read<typeof operations.listQa>(PAIRS)
  readonly get = this.plain<typeof operations.getQa>('GET', `${PAIRS}{id}`)
  readonly update = this.write<typeof operations.patchQa>('PATCH', `${PAIRS}{id}`)
  readonly delete = this.plain<typeof operations.deleteQa>('DELETE', `${PAIRS}{id}`)
  readonly reprocess = this.plain<typeof operations.reprocessQa>('POST', `${PAIRS}{id}/reprocess`)
}

/** Pages of web sites. */
export class WebPages extends Resource {
  /** Names a page; it is fetched and processed afterwards, see `get`. */
  readonly create = this.keyed<typeof operations.createUrl>(PAGES)
  readonly list = this.read<typeof operations.listUrls>(PAGES)
  readonly get = this.plain<typeof operations.getUrl>('GET', `${PAGES}{id}`)
  readonly update = this.write<typeof operations.patchUrl>('PATCH', `${PAGES}{id}`)
  readonly delete = this.plain<typeof operations.deleteUrl>('DELETE', `${PAGES}{id}`)
  readonly reprocess = this.act<typeof operations.reprocessUrl>(`${PAGES}{id}/reprocess`)
}
