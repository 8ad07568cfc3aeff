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
    /** Counts one request and says where that leaves the window; a window that is over starts again. */
    hit: async (key: string, now: number, windowMs: number): Promise<RateWindow> => {
      const row = await db
        .insertInto('rate_window')
        .values({ key, hits: 1, reset_at: now + windowMs })
        .onConflict((oc) =>
          oc.column('key').doUpdateSet((eb) => ({
            hits: eb
              .case()
              .when('rate_window.reset_at', '<=', now)
              .then(1)
              .else(eb('rate_window.hits', '+', 1))
              .end(),
            reset_at: eb
              .case()
              .when('rate_window.reset_at', '<=', now)
              .then(now + windowMs)
              .else(eb.ref('rate_window.reset_at'))
              .end(),
          })),
        )
        .returningAll()
        .executeTakeFirstOrThrow()
      return { hits: row.hits, resetAt: row.reset_at }
    },

    /** Says how full the window is; one that is over, or was never begun, holds nothing. */
    peek: async (key: string, now: number, windowMs: number): Promise<RateWindow> => {
      const row = await db.selectFrom('rate_window').selectAll().where('key', '=', key).executeTakeFirst()
      return row === undefined || row.reset_at <= now
        ? { hits: 0, resetAt: now + windowMs }
        : { hits: row.hits, resetAt: row.reset_at }
    },

    /** Where a window stands; undefined when nothing was counted yet. It may be over. */
    find: async (key: string): Promise<RateWindow | undefined> => {
      const row = await db.selectFrom('rate_window').selectAll().where('key', '=', key).executeTakeFirst()
      return row && { hits: row.hits, resetAt: row.reset_at }
    },

    /** Takes one counted request back. */
    unhit: async (key: string): Promise<void> => {
      await db
        .updateTable('rate_window')
        .set((eb) => ({ hits: eb('hits', '-', 1) }))
        .where('key', '=', key)
        .where('hits', '>', 0)
        .execute()
    },

    reset: async (key: string): Promise<void> => {
      await db.deleteFrom('rate_window').where('key', '=', key).execute()
    },
  }
}
