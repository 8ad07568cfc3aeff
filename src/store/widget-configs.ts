import type { Insertable, Selectable, Updateable } from 'kysely'
import type { Page, Paging } from '../contract/common.js'
import type { Executor } from './database.js'
import type { WidgetConfigTable } from './schema.js'

export type WidgetConfigRow = Selectable<WidgetConfigTable>
export type WidgetConfigStore = ReturnType<typeof widgetConfigStore>

/** Widget configurations, always within one organization; `assistants` narrows to those of them, if it names any. */
export function widgetConfigStore(db: Executor) {
  const within = (orgId: string, assistants: readonly string[]) =>
    db
      .selectFrom('widget_config')
      .where('org_id', '=', orgId)
      .$if(assistants.length > 0, (query) =>
        query.where((eb) => eb.or([eb('assistant_id', 'is', null), eb('assistant_id', 'in', assistants)])),
      )

  return {
    create: async (row: Insertable<WidgetConfigTable>): Promise<void> => {
      await db.insertInto('widget_config').values(row).execute()
    },

    find: (orgId: string, id: string, assistants: readonly string[]): Promise<WidgetConfigRow | undefined> =>
      within(orgId, assistants).selectAll().where('id', '=', id).executeTakeFirst(),

    /** The newest one of an assistant. */
    ofAssistant: (orgId: string, assistantId: string): Promise<WidgetConfigRow | undefined> =>
      within(orgId, [])
        .selectAll()
        .where('assistant_id', '=', assistantId)
        .orderBy('created_at', 'desc')
        .orderBy('id')
        .limit(1)
        .executeTakeFirst(),

    /** Oldest first. */
    list: async (
      orgId: string,
      assistants: readonly string[],
      { limit, offset }: Paging,
    ): Promise<Page<WidgetConfigRow>> => {
      const query = within(orgId, assistants)
      const rows = await query
        .selectAll()
        .orderBy('created_at')
        .orderBy('id')
        .limit(limit)
        .offset(offset)
        .execute()
      const { total } = await query
        .select((eb) => eb.fn.countAll<number>().as('total'))
        .executeTakeFirstOrThrow()
      return { rows, total }
    },

    /** The changed row, or undefined when there is none. */
    update: (
      orgId: string,
      id: string,
      changes: Updateable<WidgetConfigTable>,
    ): Promise<WidgetConfigRow | undefined> =>
      db
        .updateTable('widget_config')
        .set(changes)
        .where('org_id', '=', orgId)
        .where('id', '=', id)
        .returningAll()
        .executeTakeFirst(),

    /** Whether there was one. */
    remove: async (orgId: string, id: string): Promise<boolean> => {
      const { numDeletedRows } = await db
        .deleteFrom('widget_config')
        .where('org_id', '=', orgId)
        .where('id', '=', id)
        .executeTakeFirstOrThrow()
      return numDeletedRows > 0n
    },
  }
}
