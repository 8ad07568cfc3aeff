import type { TranscriptFormat } from '../contract/transcripts.js'
import { filled } from './resource.js'
import type { CallOptions, Transport } from './transport.js'
import type { Data } from './types.js'

/** A conversation for keeping: an object as `json`, which is what is given unless told, else one text. */
export type TranscriptMethod<O> = <F extends TranscriptFormat = 'json'>(
  id: string,
  query?: { format?: F },
  options?: CallOptions,
) => Promise<F extends 'json' ? Data<O> : string>

/** The method for the transcripts at a path. */
export function transcriptsAt<O>(transport: Transport, path: string): TranscriptMethod<O> {
  return (id, query = {}, options) => {
    const isText = query.format !== undefined && query.format !== 'json'
    return transport.answer({
      method: 'GET',
      path: filled(path, [id]),
      query,
      options,
      ...(isText && { kind: 'text', accept: '*/*' }),
    })
  }
}
