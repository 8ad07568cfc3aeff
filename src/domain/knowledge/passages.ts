import type { KnowledgePassage, PassageQuery } from '../../contract/knowledge.js'
import { AppError, notFound } from '../../errors.js'
import type { Database } from '../../store/database.js'
import { passageStore, type Passage } from '../../store/passages.js'
import { sourceStore } from '../../store/sources.js'
import type { Caller } from '../auth/caller.js'
import { requireVisible } from './narrowing.js'

/** What a caller shows to read what was said in a conversation. */
export interface TalkKey {
  sessionId: string | undefined
  conversationId: string | undefined
  /** The X-Session-Secret header. */
  secret: string | undefined
}

/**
 * The conversation that a caller may read.
 * @throws AppError when there is none of that id, or it is not the caller's to read.
 */
export type MayRead = (caller: Caller, key: TalkKey) => Promise<string>

/** Shows passages, to whoever may see them. */
export class Passages {
  constructor(
    private readonly db: Database['db'],
    private readonly mayRead: MayRead,
  ) {}

  /**
   * A passage with what stands around it. Widget tokens see those that were cited to them.
   * @throws AppError `not_found`, whatever the reason.
   */
  async get(
    caller: Caller,
    id: string,
    { session_id: sessionId, conversation_id: conversationId }: PassageQuery,
    secret: string | undefined,
  ): Promise<KnowledgePassage> {
    const store = passageStore(this.db)
    if (caller.kind === 'widget') {
      const conversation = await this.#conversation(caller, { sessionId, conversationId, secret })
      if (conversation === undefined || !(await store.isCited(caller.orgId, conversation, id)))
        throw notFound('passage', id)
    }
    const found = await store.inPlace(caller.orgId, id)
    if (found === undefined) throw notFound('passage', id)
    if (caller.kind === 'key') await this.#requireSource(caller, found.passage)
    const { passage, before, after, source } = found
    return {
      ...present(passage),
      source_id: passage.sourceId,
      ...source,
      language: passage.language,
      before: before && present(before),
      after: after && present(after),
    }
  }

  /** What is kept for assistants that the caller's client may not use does not exist to it. */
  async #requireSource(caller: Caller, { id, sourceId }: Passage): Promise<void> {
    const source = await sourceStore(this.db).find(caller.orgId, sourceId)
    if (source === undefined) throw notFound('passage', id)
    await requireVisible(this.db, caller, source).catch(() => {
      throw notFound('passage', id)
    })
  }

  async #conversation(caller: Caller, key: TalkKey): Promise<string | undefined> {
    if (key.sessionId === undefined && key.conversationId === undefined) return undefined
    try {
      return await this.mayRead(caller, key)
    } catch (error) {
      if (error instanceof AppError) return undefined
      throw error
    }
  }
}

function present(passage: Passage) {
  return {
    id: passage.id,
    text: passage.text,
    page: passage.page,
    section: passage.section,
    start_offset: passage.startOffset,
    end_offset: passage.endOffset,
  }
}
