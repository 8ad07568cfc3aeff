import { sql, type Insertable, type Selectable, type Updateable } from 'kysely'
import type { Page, Paging } from '../contract/common.js'
import type { Executor } from './database.js'
import type { UserContextTable } from './schema.js'

export type UserContextRow = Selectable<UserContextTable>
export type ContextStore = ReturnType<typeof contextStore>

/** What an organization tells us of its own users. */
export function contextStore(db: Executor) {
  return {
    create: async (row: Insertable<UserContextTable>, executor: Executor = db): Promise<void> => {
      await executor.insertInto('user_context').values(row).execute()
    },

    find: (orgId: string, id: string, executor: Executor = db): Promise<UserContextRow | undefined> =>
      executor
        .selectFrom('user_context')
        .selectAll()
        .where('org_id', '=', orgId)
        .where('id', '=', id)
        .executeTakeFirst(),

    /** The context of the person whom the organization calls so. */
    byReference: (
      orgId: string,
      reference: string,
      executor: Executor = db,
    ): Promise<UserContextRow | undefined> =>
      executor
        .selectFrom('user_context')
        .selectAll()
        .where('org_id', '=', orgId)
        .where('user_reference', '=', reference)
        .executeTakeFirst(),

    /**
     * Newest first.
     * @param filter.q found anywhere in the reference or the traits; letter case of ASCII ignored.
     */
    list: async (
      orgId: string,
      paging: Paging,
      filter: { reference?: string | undefined; q?: string | undefined },
    ): Promise<Page<UserContextRow>> => {
      let query = db.selectFrom('user_context').where('org_id', '=', orgId)
      if (filter.reference !== undefined) query = query.where('user_reference', '=', filter.reference)
      if (filter.q !== undefined && filter.q !== '') {
        const pattern = `%${filter.q.replace(/[\\%_]/g, '\\$&')}%`
        query = query.where(
          sql<boolean>`(user_reference like ${pattern} escape '\\' or traits like ${pattern} escape '\\')`,
        )
      }
      const rows = await query
        .selectAll()
        .orderBy('created_at', 'desc')
        .orderBy(sql`user_context.rowid`, 'desc')
        .limit(paging.limit)
        .offset(paging.offset)
        .execute()
      const { total } = await query
        .select((eb) => eb.fn.countAll<number>().as('total'))
        .executeTakeFirstOrThrow()
      return { rows, total }
    },

    update: async (
      orgId: string,
      id: string,
      changes: Updateable<UserContextTable>,
      executor: Executor = db,
    ): Promise<void> => {
      await executor
        .updateTable('user_context')
        .set(changes)
        .where('org_id', '=', orgId)
        .where('id', '=', id)
        .execute()
    },

    /** Conversations go on without it. */
    remove: async (orgId: string, id: string): Promise<void> => {
      await db.deleteFrom('user_context').where('org_id', '=', orgId).where('id', '=', id).execute()
    },
  }
}
