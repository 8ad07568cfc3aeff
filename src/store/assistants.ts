import { sql, type Insertable, type Selectable, type Updateable } from 'kysely'
import type { AssistantQuery } from '../contract/assistants.js'
import type { Page, Paging } from '../contract/common.js'
import type { Executor } from './database.js'
import type { AssistantTable } from './schema.js'

export type AssistantRow = Selectable<AssistantTable>
export type AssistantStore = ReturnType<typeof assistantStore>

/** Which assistants to list. */
export interface AssistantFilter {
  active?: boolean | undefined
  /** The only ones; empty = all. */
  ids?: readonly string[]
  /** Found anywhere in name or description; letter case of ASCII ignored. */
  text?: string | undefined
  sort?: AssistantQuery['sort']
}

const ORDERS = {
  created_at: { column: 'created_at', direction: 'asc' },
  '-created_at': { column: 'created_at', direction: 'desc' },
  updated_at: { column: 'updated_at', direction: 'asc' },
  '-updated_at': { column: 'updated_at', direction: 'desc' },
  name: { column: sql`name collate nocase`, direction: 'asc' },
  '-name': { column: sql`name collate nocase`, direction: 'desc' },
} as const

/** Assistants, always within one organization. */
export function assistantStore(db: Executor) {
  return {
    create: async (row: Insertable<AssistantTable>, executor: Executor = db): Promise<void> => {
      await executor.insertInto('assistant').values(row).execute()
    },

    find: (orgId: string, id: string): Promise<AssistantRow | undefined> =>
      db
        .selectFrom('assistant')
        .selectAll()
        .where('org_id', '=', orgId)
        .where('id', '=', id)
        .executeTakeFirst(),

    /** Oldest first unless `sort` says otherwise. Where `ids` names any, only those. */
    list: async (
      orgId: string,
      paging: Paging,
      { active, ids = [], text = '', sort = 'created_at' }: AssistantFilter,
    ): Promise<Page<AssistantRow>> => {
      let query = db.selectFrom('assistant').where('org_id', '=', orgId)
      if (active !== undefined) query = query.where('is_active', '=', active ? 1 : 0)
      if (ids.length > 0) query = query.where('id', 'in', ids)
      if (text !== '') {
        const pattern = `%${text.replace(/[\\%_]/g, '\\$&')}%`
        query = query.where(
          sql<boolean>`(name like ${pattern} escape '\\' or description like ${pattern} escape '\\')`,
        )
      }
      const { column, direction } = ORDERS[sort]
      const rows = await query
        .selectAll()
        .orderBy(column, direction)
        .orderBy('id')
        .limit(paging.limit)
        .offset(paging.offset)
        .execute()
      const { total } = await query
        .select((eb) => eb.fn.countAll<number>().as('total'))
        .executeTakeFirstOrThrow()
      return { rows, total }
    },

    /** Id and name of all, oldest first. Where `ids` names any, only those. */
    names: (orgId: string, ids: readonly string[]) =>
      db
        .selectFrom('assistant')
        .select(['id', 'name'])
        .where('org_id', '=', orgId)
        .$if(ids.length > 0, (query) => query.where('id', 'in', ids))
        .orderBy('created_at')
        .orderBy('id')
        .execute(),

    /** The changed row, or undefined when there is none. */
    update: (
      orgId: string,
      id: string,
      changes: Updateable<AssistantTable>,
    ): Promise<AssistantRow | undefined> =>
      db
        .updateTable('assistant')
        .set(changes)
        .where('org_id', '=', orgId)
        .where('id', '=', id)
        .returningAll()
        .executeTakeFirst(),

    /** Which of these ids are assistants of the organization. */
    existing: async (orgId: string, ids: string[]): Promise<string[]> => {
      if (ids.length === 0) return []
      const rows = await db
        .selectFrom('assistant')
        .select('id')
        .where('org_id', '=', orgId)
        .where('id', 'in', ids)
        .execute()
      return rows.map((row) => row.id)
    },

    /** Whether any active assistant of any organization wants the model to write its replies. */
    anyComposes: async (): Promise<boolean> =>
      (await db
        .selectFrom('assistant')
        .select('id')
        .where('answer_mode', '=', 'compose')
        .where('is_active', '=', 1)
        .executeTakeFirst()) !== undefined,
  }
}
