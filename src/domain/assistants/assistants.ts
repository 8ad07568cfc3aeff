import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { Assistant, AssistantPatch, NewAssistant } from '../../contract/assistants.js'
import type { Page, Paging } from '../../contract/common.js'
import { AppError, notFound } from '../../errors.js'
import type { AssistantRow, AssistantStore } from '../../store/assistants.js'
import type { Executor } from '../../store/database.js'
import type { Caller } from '../auth/caller.js'

const Texts = z.array(z.string())

/** Who answers: personas with a name, a tone and rules of their own. */
export class Assistants {
  constructor(
    private readonly store: AssistantStore,
    /** Told when an assistant may from now on use the chat model. */
    private readonly onCompose: () => void = () => undefined,
  ) {}

  async create(orgId: string, given: NewAssistant, executor?: Executor): Promise<Assistant> {
    const now = new Date().toISOString()
    const row = {
      id: randomUUID(),
      org_id: orgId,
      name: given.name,
      description: given.description ?? '',
      tone: given.tone ?? 'professional',
      language: given.language ?? 'en',
      default_tasks: JSON.stringify(given.default_tasks ?? []),
      is_active: given.is_active === false ? (0 as const) : (1 as const),
      instructions: given.instructions ?? '',
      handoff_message: given.handoff_message ?? '',
      fixed_language: given.fixed_language ?? null,
      answer_mode: given.answer_mode ?? ('auto' as const),
      widget_search: given.widget_search === true ? (1 as const) : (0 as const),
      knowledge_mode: 'all' as const,
      created_at: now,
      updated_at: now,
    }
    await this.store.create(row, executor)
    this.announce(row)
    return present(row)
  }

  /** Widget tokens see the active ones only. */
  async list(caller: Caller, paging: Paging): Promise<Page<Assistant>> {
    const { rows, total } = await this.store.list(caller.orgId, paging, {
      onlyActive: caller.kind === 'widget',
      ids: caller.assistantIds,
    })
    return { rows: rows.map((row) => presentTo(caller, row)), total }
  }

  /** @throws AppError `not_found`; for a widget token also when the assistant is inactive. */
  async get(caller: Caller, id: string): Promise<Assistant> {
    const row = mayUse(caller, id) ? await this.store.find(caller.orgId, id) : undefined
    if (row === undefined || (caller.kind === 'widget' && row.is_active === 0))
      throw notFound('assistant', id)
    return presentTo(caller, row)
  }

  /** @throws AppError `not_found`. */
  async patch(orgId: string, id: string, patch: AssistantPatch): Promise<Assistant> {
    const { default_tasks: tasks, is_active: active, widget_search: search, ...rest } = patch
    const row = await this.store.update(orgId, id, {
      ...rest,
      ...(tasks && { default_tasks: JSON.stringify(tasks) }),
      ...(active !== undefined && { is_active: active ? 1 : 0 }),
      ...(search !== undefined && { widget_search: search ? 1 : 0 }),
      updated_at: new Date().toISOString(),
    })
    if (row === undefined) throw notFound('assistant', id)
    this.announce(row)
    return present(row)
  }

  /**
   * The assistant that a caller wants to talk to.
   * @throws AppError `not_found`, also when the caller's client is narrowed to others; `assistant_inactive`.
   */
  async requireFor(caller: Caller, id: string): Promise<Assistant> {
    if (!mayUse(caller, id)) throw notFound('assistant', id)
    return this.requireActive(caller.orgId, id)
  }

  /**
   * The assistant that is to answer.
   * @throws AppError `not_found`, or `assistant_inactive` when it is switched off.
   */
  async requireActive(orgId: string, id: string): Promise<Assistant> {
    const row = await this.store.find(orgId, id)
    if (row === undefined) throw notFound('assistant', id)
    if (row.is_active === 0) {
      throw new AppError(
        'assistant_inactive',
        `The assistant "${row.name}" is switched off and takes no messages.`,
      )
    }
    return present(row)
  }

  /** @throws AppError `invalid_input` naming the first id that is no assistant of the organization. */
  async requireAll(orgId: string, ids: string[], path = 'assistant_ids'): Promise<void> {
    const known = new Set(await this.store.existing(orgId, ids))
    const stray = ids.find((id) => !known.has(id))
    if (stray === undefined) return
    const message = `There is no assistant "${stray}".`
    throw new AppError('invalid_input', `${path}: ${message}`, {
      fields: [{ path, message }],
    })
  }

  private announce(row: AssistantRow): void {
    if (row.answer_mode === 'compose' && row.is_active === 1) this.onCompose()
  }
}

/** Whether the caller's client may use this assistant, if there is one of that id. */
export function mayUse({ assistantIds }: Caller, id: string): boolean {
  return assistantIds.length === 0 || assistantIds.includes(id)
}

/** What a caller may see: anybody can make a widget token, and the instructions are the organization's own. */
function presentTo(caller: Caller, row: AssistantRow): Assistant {
  const whole = present(row)
  return caller.kind === 'widget' ? { ...whole, instructions: '', default_tasks: [] } : whole
}

function present(row: AssistantRow): Assistant {
  return {
    id: row.id,
    name: row.name,
    description: row.description,
    tone: row.tone,
    language: row.language,
    default_tasks: Texts.parse(JSON.parse(row.default_tasks)),
    is_active: row.is_active === 1,
    instructions: row.instructions,
    handoff_message: row.handoff_message,
    fixed_language: row.fixed_language,
    answer_mode: row.answer_mode,
    widget_search: row.widget_search === 1,
    created_at: row.created_at,
    updated_at: row.updated_at,
  }
}
