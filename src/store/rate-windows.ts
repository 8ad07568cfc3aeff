import type { Executor } from './database.js'

/** One organization's running hour. */
export interface RateWindow {
  hits: number
  /** Epoch milliseconds at which the count begins anew. */
  resetAt: number
}

export type RateWindowStore = ReturnType<typeof rateWindowStore>

/** Request counts that outlive a restart. */
export function rateWindowStore(db: Executor) {
  return {
    /** Where a window stands; undefined when nothing was counted yet. It may be over. */
    find: async (key: string): Promise<RateWindow | undefined> => {
      const row = await db.selectFrom('rate_window').selectAll().where('key', '=', key).executeTakeFirst()
      return row && { hits: row.hits, resetAt: row.reset_at }
    },

    /** Stores where windows stand now. */
    put: async (rows: { key: string; hits: number; reset_at: number }[]): Promise<void> => {
      await db
        .insertInto('rate_window')
        .values(rows)
        .onConflict((oc) =>
          oc.column('key').doUpdateSet((eb) => ({
            hits: eb.ref('excluded.hits'),
            reset_at: eb.ref('excluded.reset_at'),
          })),
        )
        .execute()
    },
  }
}
