import type { Selectable } from 'kysely'
import type { Executor } from './database.js'
import type { OrganizationTable } from './schema.js'
import type { WhileUnchanged } from './while-unchanged.js'

export type OrganizationRow = Selectable<OrganizationTable>
export type OrganizationStore = ReturnType<typeof organizationStore>

/** Organizations: the walls between customers of one appliance. */
export function organizationStore(db: Executor, known?: WhileUnchanged<OrganizationRow | undefined>) {
  return {
    create: async (row: OrganizationRow, executor: Executor = db): Promise<void> => {
      await executor.insertInto('organization').values(row).execute()
    },

    find: (id: string): Promise<OrganizationRow | undefined> => {
      const read = () => db.selectFrom('organization').selectAll().where('id', '=', id).executeTakeFirst()
      return known === undefined ? read() : known.get(id, read)
    },

    /** Oldest first. */
    list: (): Promise<OrganizationRow[]> =>
      db.selectFrom('organization').selectAll().orderBy('created_at').orderBy('id').execute(),

    /** Sets its requests per hour; the changed row, or undefined when there is none. */
    limit: (id: string, requestsPerHour: number | null): Promise<OrganizationRow | undefined> =>
      db
        .updateTable('organization')
        .set({ requests_per_hour: requestsPerHour })
        .where('id', '=', id)
        .returningAll()
        .executeTakeFirst(),
  }
}
