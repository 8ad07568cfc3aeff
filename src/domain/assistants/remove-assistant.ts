import { setImmediate as nextTurn } from 'node:timers/promises'
import { notFound } from '../../errors.js'
import { assistantRemoval } from '../../store/assistant-removal.js'
import type { AssistantStore } from '../../store/assistants.js'
import type { Database } from '../../store/database.js'
import { mayUseAssistant, type Caller } from '../auth/caller.js'

/** So many at a time keep a step within some milliseconds, also where deleted pages are overwritten. */
const CONVERSATIONS = 50
const MESSAGES = 200
const GROUPS = 100
const SOURCES = 200

export interface RemovalParts {
  db: Database['db']
  assistants: AssistantStore
  /** Told which sources are being deleted with it. */
  removed: (sourceIds: string[]) => void
}

/** Deletes assistants with all that is theirs. */
export class AssistantRemoval {
  constructor(private readonly parts: RemovalParts) {}

  /**
   * Deletes an assistant: its conversations and sessions, and the sources that are reserved to it alone, which nobody
   * could find any more. It is switched off first and goes last, so that a removal cut short can be asked for again.
   * Clients that are narrowed to it keep its id and may from then on use none: an empty list would mean all.
   * @throws AppError `not_found`, also when the caller's client is narrowed to others.
   */
  async remove(caller: Caller, id: string): Promise<void> {
    const { db, assistants, removed } = this.parts
    const now = new Date().toISOString()
    const row = mayUseAssistant(caller, id)
      ? await assistants.update(caller.orgId, id, { is_active: 0, updated_at: now })
      : undefined
    if (row === undefined) throw notFound('assistant', id)
    await this.removeConversations(id)
    while ((await this.step((removal) => removal.removeUnanswered(id, GROUPS))) > 0) continue
    for (let released: string[] | undefined; released === undefined || released.length === SOURCES;) {
      released = await this.step((removal) => removal.releaseSources(id, SOURCES))
      removed(released)
    }
    const last = await db.transaction().execute(async (tx) => {
      const released = await assistantRemoval(tx).releaseSources(id, Number.MAX_SAFE_INTEGER)
      await assistantRemoval(tx).remove(caller.orgId, id)
      return released
    })
    removed(last)
  }

  private async removeConversations(id: string): Promise<void> {
    for (;;) {
      const ids = await assistantRemoval(this.parts.db).conversations(id, CONVERSATIONS)
      if (ids.length === 0) return
      while ((await this.step((removal) => removal.removeMessages(ids, MESSAGES))) > 0) continue
      await this.step((removal) => removal.removeConversations(ids))
    }
  }

  /** One short transaction, after which others have their turn. */
  private async step<T>(work: (removal: ReturnType<typeof assistantRemoval>) => Promise<T>): Promise<T> {
    const result = await this.parts.db.transaction().execute((tx) => work(assistantRemoval(tx)))
    await nextTurn()
    return result
  }
}
