import { Id } from '../../contract/common.js'
import type { NewEvent } from '../../contract/telemetry.js'
import type { Logger } from '../../log.js'
import type { Database } from '../../store/database.js'
import { appendEvents, organizationsOf } from '../../store/telemetry-events.js'
import { WriteBehind } from './write-behind.js'

interface Received extends NewEvent {
  assistant: string
  at: string
}

/** What widgets report of themselves. Whether an assistant exists is looked up later: no answer tells of it. */
export class Telemetry {
  readonly #waiting: WriteBehind<Received>

  constructor(
    private readonly db: Database['db'],
    log: Logger,
  ) {
    this.#waiting = new WriteBehind({ what: 'events of widgets', log, write: (batch) => this.store(batch) })
  }

  /** Takes an event; one whose assistant does not exist is forgotten. */
  receive(event: NewEvent): void {
    const { assistant } = event
    if (!Id.safeParse(assistant).success || assistant === undefined) return
    this.#waiting.add({ ...event, assistant: assistant.toLowerCase(), at: new Date().toISOString() })
  }

  /** Resolves once everything taken so far is stored. */
  flush(): Promise<void> {
    return this.#waiting.flush()
  }

  private async store(batch: Received[]): Promise<void> {
    const owners = await organizationsOf(this.db, [...new Set(batch.map(({ assistant }) => assistant))])
    const rows = batch.flatMap(({ assistant, event_type, user_id, metadata, at }) => {
      const orgId = owners.get(assistant)
      if (orgId === undefined) return []
      const what = { event_type, user_id: user_id ?? null, metadata: JSON.stringify(metadata ?? {}) }
      return [{ org_id: orgId, assistant_id: assistant, client_id: null, ...what, created_at: at }]
    })
    await appendEvents(this.db, rows)
  }
}
