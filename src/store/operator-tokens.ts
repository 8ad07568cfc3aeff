import type { Executor } from './database.js'

export type OperatorTokenStore = ReturnType<typeof operatorTokenStore>

/** Hashes of the operator's one-time links and cookies. */
export function operatorTokenStore(db: Executor) {
  return {
    add: async (kind: 'link' | 'session', hash: string, expiresAt: string): Promise<void> => {
      await db
        .insertInto('operator_token')
        .values({ token_hash: hash, kind, expires_at: expiresAt })
        .execute()
    },

    /** Removes the link and says whether it was there and still good: true once, false ever after. */
    takeLink: async (hash: string, now: string): Promise<boolean> => {
      const row = await db
        .deleteFrom('operator_token')
        .where('token_hash', '=', hash)
        .where('kind', '=', 'link')
        .returning('expires_at')
        .executeTakeFirst()
      return row !== undefined && row.expires_at > now
    },

    hasSession: async (hash: string, now: string): Promise<boolean> =>
      (await db
        .selectFrom('operator_token')
        .select('token_hash')
        .where('token_hash', '=', hash)
        .where('kind', '=', 'session')
        .where('expires_at', '>', now)
        .executeTakeFirst()) !== undefined,

    removeExpired: async (now: string): Promise<void> => {
      await db.deleteFrom('operator_token').where('expires_at', '<=', now).execute()
    },
  }
}
