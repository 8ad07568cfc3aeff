import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { Assistant, AssistantPatch, AssistantQuery, NewAssistant } from '../../contract/assistants.js'
import type { Page } from '../../contract/common.js'
import { AppError, notFound } from '../../errors.js'
import type { AssistantRow, AssistantStore } from '../../store/assistants.js'
import type { Executor } from '../../store/database.js'
import { mayUseAssistant, type Caller } from '../auth/caller.js'

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
      ...columnsOf(given),
      knowledge_mode: 'all' as const,
      created_at: now,
      updated_at: now,
    }
    await this.store.create(row, executor)
    this.announce(row)
    return present(row)
  }

  /**
   * As `create`, for whoever asks.
   * @throws AppError `forbidden` for a client that is narrowed to some assistants: it could not use this one.
   */
  createFor(caller: Caller, given: NewAssistant): Promise<Assistant> {
    if (caller.assistantIds.length > 0) {
      throw new AppError('forbidden', 'This key is narrowed to some assistants and may not create others.')
    }
    return this.create(caller.orgId, given)
  }

  /** Widget tokens see the active ones only. */
  async list(caller: Caller, { is_active: isActive, q, ...query }: AssistantQuery): Promise<Page<Assistant>> {
    // @NOTE a token that asks for the inactive ones is told of none, not of the others.
    if (caller.kind === 'widget' && isActive === false) return { rows: [], total: 0 }
    const { rows, total } = await this.store.list(caller.orgId, query, {
      active: caller.kind === 'widget' ? true : isActive,
      ids: caller.assistantIds,
      text: q,
      sort: query.sort,
    })
    return { rows: rows.map((row) => presentTo(caller, row)), total }
  }

  /** The names of all assistants that the caller may see, by id. */
  async names(caller: Caller): Promise<Map<string, { name: string }>> {
    const rows = await this.store.names(caller.orgId, caller.assistantIds)
    return new Map(rows.map(({ id, name }) => [id, { name }]))
  }

  /** @throws AppError `not_found`; for a widget token also when the assistant is inactive. */
  async get(caller: Caller, id: string): Promise<Assistant> {
    const row = mayUseAssistant(caller, id) ? await this.store.find(caller.orgId, id) : undefined
    if (row === undefined || (caller.kind === 'widget' && row.is_active === 0))
      throw notFound('assistant', id)
    return presentTo(caller, row)
  }

  /** @throws AppError `not_found`, also when the caller's client is narrowed to others. */
  patch(caller: Caller, id: string, patch: AssistantPatch): Promise<Assistant> {
    const { default_tasks: tasks, is_active: active, widget_search: search, ...rest } = patch
    return this.update(caller, id, {
      ...rest,
      ...(tasks && { default_tasks: JSON.stringify(tasks) }),
      ...(active !== undefined && { is_active: flag(active) }),
      ...(search !== undefined && { widget_search: flag(search) }),
    })
  }

  /**
   * Sets every field; those left out get their defaults again.
   * @throws AppError as `patch`.
   */
  replace(caller: Caller, id: string, given: NewAssistant): Promise<Assistant> {
    return this.update(caller, id, columnsOf(given))
  }

  private async update(caller: Caller, id: string, changes: Partial<Columns>): Promise<Assistant> {
    const changed = { ...changes, updated_at: new Date().toISOString() }
    const row = mayUseAssistant(caller, id) ? await this.store.update(caller.orgId, id, changed) : undefined
    if (row === undefined) throw notFound('assistant', id)
    this.announce(row)
    return present(row)
  }

  /**
   * The assistant that a caller wants to talk to.
   * @throws AppError `not_found`, also when the caller's client is narrowed to others; `assistant_inactive`.
   */
  async requireFor(caller: Caller, id: string): Promise<Assistant> {
    if (!mayUseAssistant(caller, id)) throw notFound('assistant', id)
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

type Columns = Omit<AssistantRow, 'id' | 'org_id' | 'knowledge_mode' | 'created_at' | 'updated_at'>

/** The fields as they are stored, with the defaults of those left out. */
function columnsOf(given: NewAssistant): Columns {
  return {
    name: given.name,
    description: given.description ?? '',
    tone: given.tone ?? 'professional',
    language: given.language ?? 'en',
    default_tasks: JSON.stringify(given.default_tasks ?? []),
    is_active: flag(given.is_active ?? true),
    instructions: given.instructions ?? '',
    handoff_message: given.handoff_message ?? '',
    fixed_language: given.fixed_language ?? null,
    answer_mode: given.answer_mode ?? 'auto',
    widget_search: flag(given.widget_search ?? false),
  }
}

function flag(value: boolean): 0 | 1 {
  return value ? 1 : 0
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
