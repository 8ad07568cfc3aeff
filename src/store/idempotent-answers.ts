import type { Selectable } from 'kysely'
import type { Executor } from './database.js'
import type { IdempotentAnswerTable } from './schema-usage.js'

export type IdempotentAnswerRow = Selectable<IdempotentAnswerTable>
export type IdempotentAnswerStore = ReturnType<typeof idempotentAnswerStore>

/** Answers that are deleted at once, so that nobody waits for it. */
const DELETED_AT_ONCE = 100

/** The answers of finished requests, for those who send the same one again. */
export function idempotentAnswerStore(db: Executor) {
  return {
    /** An answer given after `since`. */
    find: (orgId: string, key: string, since: string): Promise<IdempotentAnswerRow | undefined> =>
      db
        .selectFrom('idempotent_answer')
        .selectAll()
        .where('org_id', '=', orgId)
        .where('key', '=', key)
        .where('created_at', '>', since)
        .executeTakeFirst(),

    /** Keeps an answer in the place of an older one under the same key. */
    put: async (row: IdempotentAnswerRow): Promise<void> => {
      await db.replaceInto('idempotent_answer').values(row).execute()
    },

    /** Deletes a bounded number of the answers given before `until`. */
    deleteOlder: async (until: string): Promise<void> => {
      await db
        .deleteFrom('idempotent_answer')
        .where((eb) =>
          eb(
            eb.refTuple('org_id', 'key'),
            'in',
            eb
              .selectFrom('idempotent_answer')
              .select(['org_id', 'key'])
              .where('created_at', '<=', until)
              .orderBy('created_at')
              .limit(DELETED_AT_ONCE)
              .$asTuple('org_id', 'key'),
          ),
        )
        .execute()
    },

    /** Deletes a bounded number of an organization's oldest answers beyond the newest `most`. */
    deleteBeyond: async (orgId: string, most: number): Promise<void> => {
      await db
        .deleteFrom('idempotent_answer')
        .where('org_id', '=', orgId)
        .where('key', 'in', (eb) =>
          eb
            .selectFrom('idempotent_answer')
            .select('key')
            .where('org_id', '=', orgId)
            .orderBy('created_at', 'desc')
            .limit(DELETED_AT_ONCE)
            .offset(most),
        )
        .execute()
    },

    /** Deletes the answers that tell of one conversation: its messages have been erased. */
    deleteOf: async (orgId: string, conversationId: string, executor: Executor = db): Promise<void> => {
      await executor
        .deleteFrom('idempotent_answer')
        .where('org_id', '=', orgId)
        .where('conversation_id', '=', conversationId)
        .execute()
    },
  }
}
