import type { Executor } from './database.js'

/** An organization's clients by id, with when each was last seen. */
export function clientsSeen(db: Executor, orgId: string) {
  return db
    .selectFrom('client')
    .select(['id', 'name', 'last_used_at'])
    .where('org_id', '=', orgId)
    .orderBy('created_at')
    .orderBy('id')
    .execute()
}

/** Notes that a client was seen, unless it was seen later already. */
export async function noteClientSeen(db: Executor, orgId: string, id: string, at: string): Promise<void> {
  await db
    .updateTable('client')
    .set({ last_used_at: at })
    .where('org_id', '=', orgId)
    .where('id', '=', id)
    .where((eb) => eb.or([eb('last_used_at', 'is', null), eb('last_used_at', '<', at)]))
    .execute()
}
