import type { Executor } from './database.js'

/** Answers of idempotent requests that are looked through at once. */
const ANSWERS_AT_ONCE = 200

export type ErasureStore = ReturnType<typeof erasureStore>

/** Takes a conversation out of everything that holds words of it. */
export function erasureStore(db: Executor) {
  return {
    /**
     * Deletes a conversation with its session, messages, feedback and unanswered questions. Run it in a transaction.
     * A group of unanswered questions that was named after one of them is named after another, or goes with its last.
     */
    conversation: async (orgId: string, id: string, executor: Executor): Promise<void> => {
      const touched = await unansweredQuestions(executor, orgId, id)
      await executor.deleteFrom('conversation').where('org_id', '=', orgId).where('id', '=', id).execute()
      for (const group of new Set(touched.map(({ group_id }) => group_id))) {
        const erased = touched.filter(({ group_id }) => group_id === group).map(({ question }) => question)
        await settleGroup(executor, orgId, group, erased)
      }
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

function unansweredQuestions(executor: Executor, orgId: string, conversationId: string) {
  return executor
    .selectFrom('unanswered_question')
    .innerJoin('message', 'message.id', 'unanswered_question.message_id')
    .select(['unanswered_question.group_id', 'unanswered_question.question'])
    .where('message.conversation_id', '=', conversationId)
    .where('unanswered_question.org_id', '=', orgId)
    .execute()
}

async function settleGroup(executor: Executor, orgId: string, id: string, erased: string[]): Promise<void> {
  const one = executor.selectFrom('unanswered_question').where('group_id', '=', id)
  const first = await one.select(['question', 'created_at']).orderBy('seq').limit(1).executeTakeFirst()
  if (first === undefined) {
    await executor.deleteFrom('unanswered_group').where('org_id', '=', orgId).where('id', '=', id).execute()
    return
  }
  const group = executor.updateTable('unanswered_group').where('org_id', '=', orgId).where('id', '=', id)
  await group.set((eb) => ({ questions: eb('questions', '-', erased.length) })).execute()
  // @NOTE the vector is made of the words that are to be forgotten.
  await group
    .set({ question: first.question, vector: null, first_at: first.created_at })
    .where('question', 'in', erased)
    .execute()
}
