import type { Logger } from '../../log.js'
import type { Database } from '../../store/database.js'
import { addReplies } from '../../store/usage-hours.js'
import type { FinishedReply } from '../conversations/finished-reply.js'
import { bucketStart } from './spans.js'
import { WriteBehind } from './write-behind.js'

type ReplyRow = Parameters<typeof addReplies>[1]

/** Counts replies and their tokens by the hour, the assistant and the way they came about; stored a moment later. */
export class ReplyRecorder {
  readonly #waiting: WriteBehind<ReplyRow>

  constructor(
    private readonly db: Database['db'],
    log: Logger,
  ) {
    this.#waiting = new WriteBehind({ what: 'counts of replies', log, write: (batch) => this.store(batch) })
  }

  record({ orgId, clientId, assistantId, metadata }: FinishedReply): void {
    const { usage, answer_mode: mode } = metadata
    const key = { org_id: orgId, client_id: clientId, assistant_id: assistantId, mode }
    this.#waiting.add({ ...key, hour: bucketStart(new Date().toISOString(), 'hour'), replies: 1, ...usage })
  }

  /** Resolves once everything noted so far is stored. */
  flush(): Promise<void> {
    return this.#waiting.flush()
  }

  private async store(batch: ReplyRow[]): Promise<void> {
    await this.db.transaction().execute(async (tx) => {
      for (const row of batch) await addReplies(tx, row)
    })
  }
}
