import type { Selectable } from 'kysely'
import type { Executor } from './database.js'
import type { UserContextTable } from './schema.js'

export type ContextRow = Selectable<UserContextTable>
export type ContextStore = ReturnType<typeof contextStore>

/** What organizations know of their customers. */
export function contextStore(db: Executor) {
  const within = (orgId: string) => db.selectFrom('user_context').selectAll().where('org_id', '=', orgId)
  return {
    find: (orgId: string, id: string): Promise<ContextRow | undefined> =>
      within(orgId).where('id', '=', id).executeTakeFirst(),

    byReference: (orgId: string, reference: string): Promise<ContextRow | undefined> =>
      within(orgId).where('user_reference', '=', reference).executeTakeFirst(),
  }
}
