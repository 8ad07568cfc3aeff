import type { Selectable } from 'kysely'
import type { Executor } from './database.js'
import type { SessionTable } from './schema.js'

export type SessionRow = Selectable<SessionTable>
export type SessionStore = ReturnType<typeof sessionStore>

/** Visitor sessions: expiring handles, each on one conversation. */
export function sessionStore(db: Executor) {
  return {
    create: async (row: SessionRow, executor: Executor = db): Promise<void> => {
      await executor.insertInto('session').values(row).execute()
    },

    find: (orgId: string, id: string, executor: Executor = db): Promise<SessionRow | undefined> =>
      executor
        .selectFrom('session')
        .selectAll()
        .where('org_id', '=', orgId)
        .where('id', '=', id)
        .executeTakeFirst(),

    /** Pushes the end of a session forward; false when there is no such session any more. */
    extend: async (
      orgId: string,
      id: string,
      expiresAt: string,
      executor: Executor = db,
    ): Promise<boolean> => {
      const changed = await executor
        .updateTable('session')
        .set({ expires_at: expiresAt })
        .where('org_id', '=', orgId)
        .where('id', '=', id)
        .executeTakeFirst()
      return changed.numUpdatedRows > 0
    },
  }
}
