import type { Insertable, Selectable, Updateable } from 'kysely'
import type { Page, Paging } from '../contract/common.js'
import type { Executor } from './database.js'
import type { AssistantTable } from './schema.js'

export type AssistantRow = Selectable<AssistantTable>
export type AssistantStore = ReturnType<typeof assistantStore>

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

    /** Oldest first. Where `ids` names any, only those. */
    list: async (
      orgId: string,
      paging: Paging,
      { onlyActive, ids = [] }: { onlyActive: boolean; ids?: readonly string[] },
    ): Promise<Page<AssistantRow>> => {
      let query = db.selectFrom('assistant').where('org_id', '=', orgId)
      if (onlyActive) query = query.where('is_active', '=', 1)
      if (ids.length > 0) query = query.where('id', 'in', ids)
      const rows = await query
        .selectAll()
        .orderBy('created_at')
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
