import type { SourceEvent } from '../../contract/knowledge.js'
import type * as uses from '../../contract/operations/knowledge-use.js'
import type * as operations from '../../contract/operations/knowledge.js'
import { openEvents } from '../event-stream.js'
import { Resource } from '../resource.js'
import type { CallOptions } from '../transport.js'
import { Files, Pairs, WebPages } from './sources.js'

const ALL = '/api/v1/knowledge/'
const ONE = `${ALL}{id}`

/** What the organization teaches its assistants. */
export class Knowledge extends Resource {
  readonly files = new Files(this.transport)
  readonly qa = new Pairs(this.transport)
  readonly urls = new WebPages(this.transport)
  readonly list = this.read<typeof operations.listKnowledge>(ALL)
  readonly get = this.plain<typeof operations.getKnowledge>('GET', ONE)
  readonly update = this.write<typeof operations.patchKnowledge>('PATCH', ONE)
  readonly delete = this.plain<typeof operations.deleteKnowledge>('DELETE', ONE)
  readonly search = this.act<typeof operations.searchKnowledge>(`${ALL}search`)
  readonly searchWidget = this.read<typeof uses.searchWidget>(`${ALL}search/widget`, { kind: 'flat' })
  readonly passage = this.read<typeof uses.getPassage>(`${ALL}passages/{id}`)

  /**
   * How sources stand while they are processed, as it happens; resolves once watching has begun. Leaving the loop ends
   * the request; the server ends it when it shuts down.
   * @throws ApiError and its like when it is refused. Reading on throws InterruptedError when the connection breaks.
   */
  async events(options?: CallOptions): Promise<AsyncGenerator<SourceEvent, void>> {
    return parsed(await openEvents(this.transport, { method: 'GET', path: `${ALL}events`, options }))
  }
}

async function* parsed(events: AsyncIterable<string>): AsyncGenerator<SourceEvent, void> {
  for await (const data of events) yield JSON.parse(data) as SourceEvent
}
