import type { AssistantKnowledge } from '../../contract/knowledge.js'
import { AppError, notFound } from '../../errors.js'
import { assistantSourceStore } from '../../store/assistant-sources.js'
import type { Database } from '../../store/database.js'
import { mayUseAssistant, type Caller } from '../auth/caller.js'

/** Which sources each assistant uses. */
export class AssistantSources {
  constructor(private readonly db: Database['db']) {}

  /** @throws AppError `not_found`. */
  async get(caller: Caller, assistantId: string): Promise<AssistantKnowledge> {
    if (!mayUseAssistant(caller, assistantId)) throw notFound('assistant', assistantId)
    const rule = await assistantSourceStore(this.db).find(caller.orgId, assistantId)
    if (rule === undefined) throw notFound('assistant', assistantId)
    return rule
  }

  /**
   * Puts a rule in place of the one before; the next search follows it.
   * @throws AppError `not_found`; `invalid_input` for a source that does not exist, or is both included and excluded.
   */
  async put(caller: Caller, assistantId: string, given: AssistantKnowledge): Promise<AssistantKnowledge> {
    if (!mayUseAssistant(caller, assistantId)) throw notFound('assistant', assistantId)
    const { orgId } = caller
    const rule = { ...given, include: [...new Set(given.include)], exclude: [...new Set(given.exclude)] }
    const excluded = new Set(rule.exclude)
    const both = rule.include.find((id) => excluded.has(id))
    await this.db.transaction().execute(async (tx) => {
      const store = assistantSourceStore(tx)
      if ((await store.find(orgId, assistantId)) === undefined) throw notFound('assistant', assistantId)
      if (both !== undefined) throw wrong('exclude', `Source "${both}" is included already.`)
      for (const field of ['include', 'exclude'] as const) {
        const stray = await store.stray(orgId, rule[field])
        if (stray !== undefined) throw wrong(field, `There is no knowledge source "${stray}".`)
      }
      await store.replace(assistantId, rule)
    })
    return this.get(caller, assistantId)
  }
}

function wrong(path: string, message: string): AppError {
  return new AppError('invalid_input', `${path}: ${message}`, { fields: [{ path, message }] })
}
