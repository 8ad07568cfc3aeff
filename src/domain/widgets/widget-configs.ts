import { randomUUID } from 'node:crypto'
import type { z } from 'zod'
import { Id, type Page, type Paging } from '../../contract/common.js'
import {
  WidgetAppearance,
  type NewWidgetConfig,
  type PublicWidgetConfig,
  type WidgetConfig,
  type WidgetConfigPatch,
} from '../../contract/widget-configs.js'
import { AppError, notFound } from '../../errors.js'
import type { WidgetConfigRow, WidgetConfigStore } from '../../store/widget-configs.js'
import type { Assistants } from '../assistants/assistants.js'
import type { Caller } from '../auth/caller.js'
import { checkAppearance } from './check-appearance.js'
import { DEFAULT_APPEARANCE } from './default-appearance.js'

const THING = 'widget configuration'
const DEFAULT_ID = 'default'

/** Only what differs from the default is kept, so that a better default reaches everybody. */
const Kept = WidgetAppearance.partial()
type Kept = z.infer<typeof Kept>

/** How widgets look and speak. A narrowed client has to do with its assistants' configurations, and those of none. */
export class WidgetConfigs {
  constructor(
    private readonly store: WidgetConfigStore,
    private readonly assistants: Assistants,
  ) {}

  /**
   * What a widget begins with: a configuration's, an assistant's, or the default.
   * @throws AppError `not_found`; to a widget token also when its assistant is switched off.
   */
  async shown(caller: Caller, id: string): Promise<PublicWidgetConfig> {
    if (id === DEFAULT_ID) return { id, ...DEFAULT_APPEARANCE }
    if (!Id.safeParse(id).success) throw notFound(THING, id)
    const named = await this.store.find(caller.orgId, id, caller.assistantIds)
    const assistantId = named === undefined ? id : named.assistant_id
    const assistant = assistantId === null ? null : await this.mayShow(caller, assistantId, id)
    const row = named ?? (await this.store.ofAssistant(caller.orgId, id))
    if (row !== undefined) return { id: row.id, ...appearanceOf(row) }
    const language = assistant?.language ?? ''
    const speaks = Object.hasOwn(DEFAULT_APPEARANCE.title, language) && { default_language: language }
    return { id: DEFAULT_ID, ...DEFAULT_APPEARANCE, ...speaks }
  }

  async list(caller: Caller, paging: Paging): Promise<Page<WidgetConfig>> {
    const { rows, total } = await this.store.list(caller.orgId, caller.assistantIds, paging)
    return { rows: rows.map(present), total }
  }

  /** @throws AppError `not_found`. */
  async get(caller: Caller, id: string): Promise<WidgetConfig> {
    return present(await this.require(caller, id))
  }

  /** @throws AppError `invalid_input` for what cannot be read, leads nowhere, or names an unknown assistant. */
  async create(caller: Caller, given: NewWidgetConfig): Promise<WidgetConfig> {
    const { name, assistant_id: assistantId, ...look } = given
    const config = checked(look)
    await this.requireAssistant(caller, assistantId)
    const now = new Date().toISOString()
    const row = {
      id: randomUUID(),
      org_id: caller.orgId,
      assistant_id: assistantId ?? null,
      name: name ?? 'Widget',
      config: JSON.stringify(config),
      created_at: now,
      updated_at: now,
    }
    await this.store.create(row)
    return present(row)
  }

  /** @throws AppError like `get` and `create`. */
  async patch(caller: Caller, id: string, patch: WidgetConfigPatch): Promise<WidgetConfig> {
    const row = await this.require(caller, id)
    const { name, assistant_id: assistantId, ...look } = patch
    const config = checked(merged(keptOf(row), look))
    await this.requireAssistant(caller, assistantId)
    return this.update(caller, id, {
      ...(name !== undefined && { name }),
      ...(assistantId !== undefined && { assistant_id: assistantId }),
      config: JSON.stringify(config),
    })
  }

  /** @throws AppError like `get` and `create`. */
  async replace(caller: Caller, id: string, given: NewWidgetConfig): Promise<WidgetConfig> {
    const row = await this.require(caller, id)
    const { name = row.name, assistant_id: assistantId = null, ...look } = given
    const config = JSON.stringify(checked(look))
    await this.requireAssistant(caller, assistantId)
    return this.update(caller, id, { name, assistant_id: assistantId, config })
  }

  /** @throws AppError `not_found`. */
  async remove(caller: Caller, id: string): Promise<void> {
    await this.require(caller, id)
    if (!(await this.store.remove(caller.orgId, id))) throw notFound(THING, id)
  }

  private async update(
    caller: Caller,
    id: string,
    changes: Partial<Pick<WidgetConfigRow, 'name' | 'assistant_id' | 'config'>>,
  ): Promise<WidgetConfig> {
    const updated_at = new Date().toISOString()
    const row = await this.store.update(caller.orgId, id, { ...changes, updated_at })
    if (row === undefined) throw notFound(THING, id)
    return present(row)
  }

  private async require({ orgId, assistantIds }: Caller, id: string): Promise<WidgetConfigRow> {
    const row = await this.store.find(orgId, id, assistantIds)
    if (row === undefined) throw notFound(THING, id)
    return row
  }

  private async requireAssistant({ orgId, assistantIds }: Caller, id?: string | null): Promise<void> {
    if (id === undefined || id === null) return
    if (assistantIds.length === 0 || assistantIds.includes(id))
      return this.assistants.requireAll(orgId, [id], 'assistant_id')
    const message = `There is no assistant "${id}".`
    throw new AppError('invalid_input', `assistant_id: ${message}`, {
      fields: [{ path: 'assistant_id', message }],
    })
  }

  /** Says of an assistant that the caller may not see what it says of one that does not exist. */
  private async mayShow(caller: Caller, assistantId: string, asked: string) {
    try {
      return await this.assistants.get(caller, assistantId)
    } catch (error) {
      if (error instanceof AppError && error.code === 'not_found') throw notFound(THING, asked)
      throw error
    }
  }
}

/** The same, once all of it together is as it must be. */
function checked(look: Kept): Kept {
  checkAppearance(merged(DEFAULT_APPEARANCE, look))
  return look
}

/** The first with everything of the second that is set; texts are completed language by language. */
function merged<T extends Kept>(base: T, over: Kept): T {
  // @NOTE JSON knows no undefined: what is there is set.
  const {
    title,
    subtitle,
    placeholder,
    greeting_message: greeting,
    ...rest
  } = over as Partial<WidgetAppearance>
  return {
    ...base,
    ...rest,
    ...(title && { title: { ...base.title, ...title } }),
    ...(subtitle && { subtitle: { ...base.subtitle, ...subtitle } }),
    ...(placeholder && { placeholder: { ...base.placeholder, ...placeholder } }),
    ...(greeting && {
      greeting_message: { ...greeting, text: { ...base.greeting_message?.text, ...greeting.text } },
    }),
  }
}

function keptOf(row: WidgetConfigRow): Kept {
  return Kept.parse(JSON.parse(row.config))
}

function appearanceOf(row: WidgetConfigRow): WidgetAppearance {
  return merged(DEFAULT_APPEARANCE, keptOf(row))
}

function present(row: WidgetConfigRow): WidgetConfig {
  const { id, name, assistant_id, created_at, updated_at } = row
  return { id, name, assistant_id, ...appearanceOf(row), created_at, updated_at }
}
