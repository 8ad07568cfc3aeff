import type { Executor } from './database.js'
import type { Span } from './usage-hours.js'

/** How an assistant was rated in a time, rating by rating: the whole answer comes from one index. */
export function ratingsOf(db: Executor, { orgId, from, to }: Span, assistantId: string) {
  return db
    .selectFrom('feedback')
    .select((eb) => ['rating', eb.fn.countAll<number>().as('count')])
    .where('org_id', '=', orgId)
    .where('assistant_id', '=', assistantId)
    .where('created_at', '>=', from)
    .where('created_at', '<', to)
    .groupBy('rating')
    .execute()
}
