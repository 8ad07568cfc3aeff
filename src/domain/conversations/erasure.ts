import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Database } from '../../store/database.js'
import type { ErasureStore } from '../../store/erasure.js'

/** Makes the appliance forget conversations. */
export class Erasure {
  constructor(
    private readonly db: Database['db'],
    private readonly store: ErasureStore,
  ) {}

  /** Deletes a conversation, its session, and every word of it wherever it is kept. None there is as good. */
  async erase(orgId: string, conversationId: string): Promise<void> {
    await this.db.transaction().execute((tx) => this.store.conversation(orgId, conversationId, tx))
    let key: string | undefined = ''
    while (key !== undefined) {
      key = await this.store.keptAnswers(orgId, conversationId, key)
      await nextTurn()
    }
  }
}
