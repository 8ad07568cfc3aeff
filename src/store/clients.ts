import type { Insertable, Selectable } from 'kysely'
import type { Executor } from './database.js'
import type { ClientTable } from './schema.js'

export type ClientRow = Selectable<ClientTable>
export type ClientStore = ReturnType<typeof clientStore>

/** API clients: a public id and the hash of a secret. */
export function clientStore(db: Executor) {
  return {
    create: async (row: Insertable<ClientTable>, executor: Executor = db): Promise<void> => {
      await executor.insertInto('client').values(row).execute()
    },

    /** By its public id, whichever organization it is of: this is how callers are recognized. */
    find: (id: string): Promise<ClientRow | undefined> =>
      db.selectFrom('client').selectAll().where('id', '=', id).executeTakeFirst(),
  }
}
