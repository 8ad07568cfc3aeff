import { setImmediate as nextTurn } from 'node:timers/promises'
import type { ErasureStore } from '../../store/erasure.js'

/** Makes the appliance forget conversations. */
export class Erasure {
  constructor(private readonly store: ErasureStore) {}

  /** Deletes a conversation, its session, and every word of it wherever it is kept. None there is as good. */
  async erase(orgId: string, conversationId: string): Promise<void> {
    await this.store.conversation(orgId, conversationId)
    let key: string | undefined = ''
    while (key !== undefined) {
      key = await this.store.keptAnswers(orgId, conversationId, key)
      await nextTurn()
    }
  }
}
