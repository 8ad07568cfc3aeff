import type { Page } from '../../contract/common.js'
import type { KnowledgeSource } from '../../contract/knowledge.js'
import type {
  UnansweredAnswer,
  UnansweredDetails,
  UnansweredGroup,
  UnansweredPatch,
  UnansweredQuery,
} from '../../contract/unanswered.js'
import { AppError, notFound } from '../../errors.js'
import type { UnansweredStore } from '../../store/unanswered.js'
import type { Caller } from '../auth/caller.js'
import type { Knowledge } from '../knowledge/knowledge.js'

const MOST_SHOWN = 50

/** What visitors asked in vain, and how it gets an answer. A narrowed client sees its assistants' questions alone. */
export class Unanswered {
  constructor(
    private readonly store: UnansweredStore,
    private readonly knowledge: Knowledge,
    /** Resolves once everything asked so far is filed. */
    private readonly idle: () => Promise<void>,
  ) {}

  /** Most asked first. */
  async list(caller: Caller, query: UnansweredQuery): Promise<Page<UnansweredGroup>> {
    await this.idle()
    const { assistantIds } = caller
    const asked = query.assistant_id
    if (asked !== undefined && assistantIds.length > 0 && !assistantIds.includes(asked))
      return { rows: [], total: 0 }
    const filter = {
      assistants: asked === undefined ? assistantIds : [asked],
      status: query.status,
      language: query.language,
      from: query.from && new Date(query.from).toISOString(),
      to: query.to && new Date(query.to).toISOString(),
    }
    return this.store.list(caller.orgId, filter, query)
  }

  /** @throws AppError `not_found`. */
  async get(caller: Caller, id: string): Promise<UnansweredDetails> {
    const group = await this.require(caller, id)
    return { ...group, asked: await this.store.asked(id, MOST_SHOWN) }
  }

  /**
   * Makes a Q&A pair of it.
   * @throws AppError `not_found`; `conflict` when it is answered already; what Knowledge.addQa throws, and then nothing
   * has changed.
   */
  async answer(caller: Caller, id: string, given: UnansweredAnswer): Promise<KnowledgeSource> {
    const group = await this.require(caller, id)
    // Marked first, so that of two who answer at once only one adds a pair.
    const claimed = await this.store.update(caller.orgId, id, { status: 'answered' }, 'answered')
    if (claimed === undefined) {
      throw new AppError(
        'conflict',
        'This question is answered already; set its status to "open" to answer it again.',
      )
    }
    try {
      const pair = { question: given.question ?? group.question, answer: given.answer, tags: given.tags }
      const source = await this.knowledge.addQa(caller, {
        ...pair,
        source: undefined,
        assistant_ids: undefined,
      })
      await this.store.update(caller.orgId, id, { source_id: source.id })
      return source
    } catch (error) {
      await this.store.update(caller.orgId, id, { status: group.status })
      throw error
    }
  }

  /** @throws AppError `not_found`. */
  async patch(caller: Caller, id: string, { status }: UnansweredPatch): Promise<UnansweredGroup> {
    await this.require(caller, id)
    const group = await this.store.update(caller.orgId, id, { status, source_id: null })
    if (group === undefined) throw notFound('unanswered question', id)
    return group
  }

  /** @throws AppError `not_found`. */
  async remove(caller: Caller, id: string): Promise<void> {
    await this.require(caller, id)
    await this.store.remove(caller.orgId, id)
  }

  private async require({ orgId, assistantIds }: Caller, id: string): Promise<UnansweredGroup> {
    const group = await this.store.find(orgId, id, assistantIds)
    if (group === undefined) throw notFound('unanswered question', id)
    return group
  }
}
