import { notFound } from '../../errors.js'
import type { ConversationRow, ConversationStore } from '../../store/conversations.js'
import type { Caller } from '../auth/caller.js'

/** Conversations of known customers. */
export class Conversations {
  constructor(private readonly store: ConversationStore) {}

  /**
   * One conversation, for the domain's own use.
   * @throws AppError `not_found`, also for a widget token of another client than the one that opened it.
   */
  async open({ caller, id }: { caller: Caller; id: string }): Promise<ConversationRow> {
    const row = await this.store.find(caller.orgId, id)
    if (row === undefined || (caller.kind === 'widget' && row.client_id !== caller.clientId)) {
      throw notFound('conversation', id)
    }
    return row
  }
}
