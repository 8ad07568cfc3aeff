import { sql, type Insertable, type Selectable, type Updateable } from 'kysely'
import type { Page, Paging } from '../contract/common.js'
import type { Executor } from './database.js'
import type { ClientTable } from './schema.js'
import type { WhileUnchanged } from './while-unchanged.js'

export type ClientRow = Selectable<ClientTable>
export type ClientStore = ReturnType<typeof clientStore>

/** API clients: a public id, the hash of a secret, and what they may do. */
export function clientStore(db: Executor, known?: WhileUnchanged<ClientRow | undefined>) {
  const own = (executor: Executor, orgId: string) =>
    executor.selectFrom('client').selectAll().where('org_id', '=', orgId)

  return {
    create: async (row: Insertable<ClientTable>, executor: Executor = db): Promise<void> => {
      await executor.insertInto('client').values(row).execute()
    },

    /** By its public id, whichever organization it is of: this is how callers are recognized. */
    find: (id: string): Promise<ClientRow | undefined> => {
      const read = () => db.selectFrom('client').selectAll().where('id', '=', id).executeTakeFirst()
      return known === undefined ? read() : known.get(id, read)
    },

    /** The organization's client of that id. */
    findOwn: (orgId: string, id: string, executor: Executor = db): Promise<ClientRow | undefined> =>
      own(executor, orgId).where('id', '=', id).executeTakeFirst(),

    /** Oldest first. */
    list: async (orgId: string, { limit, offset }: Paging): Promise<Page<ClientRow>> => {
      const query = own(db, orgId)
      const rows = await query.orderBy('created_at').orderBy('id').limit(limit).offset(offset).execute()
      const { total } = await query
        .clearSelect()
        .select((eb) => eb.fn.countAll<number>().as('total'))
        .executeTakeFirstOrThrow()
      return { rows, total }
    },

    /** Whether a client other than this one may manage the organization's keys. */
    hasOtherAdministrator: async (orgId: string, id: string, executor: Executor = db): Promise<boolean> =>
      (await own(executor, orgId)
        .clearSelect()
        .select('id')
        .where('id', '!=', id)
        .where(sql<boolean>`exists (select 1 from json_each(scopes) where value in ('*', 'keys:write'))`)
        .executeTakeFirst()) !== undefined,

    /** The changed row, or undefined when there is none. */
    update: (
      orgId: string,
      id: string,
      changes: Updateable<ClientTable>,
      executor: Executor = db,
    ): Promise<ClientRow | undefined> =>
      executor
        .updateTable('client')
        .set(changes)
        .where('org_id', '=', orgId)
        .where('id', '=', id)
        .returningAll()
        .executeTakeFirst(),

    remove: async (orgId: string, id: string, executor: Executor = db): Promise<void> => {
      await executor.deleteFrom('client').where('org_id', '=', orgId).where('id', '=', id).execute()
    },

    /** Keeps the sealed secret, unless the secret is another one by now. */
    keepSealed: async (id: string, secretHash: string, sealed: string): Promise<void> => {
      await db
        .updateTable('client')
        .set({ secret_sealed: sealed })
        .where('id', '=', id)
        .where('secret_hash', '=', secretHash)
        .execute()
    },
  }
}
