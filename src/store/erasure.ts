import type { Executor } from './database.js'

/** Answers of idempotent requests that are looked through at once. */
const ANSWERS_AT_ONCE = 200

export type ErasureStore = ReturnType<typeof erasureStore>

/** Takes a conversation out of everything that holds words of it. */
export function erasureStore(db: Executor) {
  return {
    /** Deletes a conversation with its session, messages, feedback and unanswered questions: rows and triggers see to it. */
    conversation: async (orgId: string, id: string): Promise<void> => {
      await db.deleteFrom('conversation').where('org_id', '=', orgId).where('id', '=', id).execute()
    },

    /**
     * Forgets the kept answers that hold the conversation's id, among the next few after `afterKey`.
     * @returns the key to go on after; undefined when all have been looked at.
     */
    keptAnswers: async (
      orgId: string,
      conversationId: string,
      afterKey: string,
    ): Promise<string | undefined> => {
      const rows = await db
        .selectFrom('idempotent_answer')
        .select((eb) => ['key', eb.fn<number>('instr', ['body', eb.val(conversationId)]).as('position')])
        .where('org_id', '=', orgId)
        .where('key', '>', afterKey)
        .orderBy('key')
        .limit(ANSWERS_AT_ONCE)
        .execute()
      const keys = rows.filter(({ position }) => position > 0).map(({ key }) => key)
      if (keys.length > 0)
        await db
          .deleteFrom('idempotent_answer')
          .where('org_id', '=', orgId)
          .where('key', 'in', keys)
          .execute()
      return rows.length < ANSWERS_AT_ONCE ? undefined : rows.at(-1)?.key
    },
  }
}
