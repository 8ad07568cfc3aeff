import { AppError, notFound } from '../errors.js'
import type { Database } from '../store/database.js'
import { jobStore } from '../store/jobs.js'
import { passageIndex } from '../store/passage-index.js'
import { passageStore } from '../store/passages.js'
import { sourceStore, type Source, type SourceChange } from '../store/sources.js'
import type { Indexer } from './indexer.js'

/**
 * Indexes a stored pair, in place of what was indexed of it before; once this resolves, it is found. What changes about
 * it changes in the same moment.
 * @throws AppError `not_found` when it was deleted meanwhile, `conflict` when it was changed, `busy` when too many pairs wait.
 */
export async function indexPair(
  database: Database,
  indexer: Indexer,
  stored: Source,
  change: SourceChange = {},
): Promise<void> {
  const { db, connection } = database
  const { question = stored.question, answer = stored.answer, title = stored.title } = change
  const pair = { question: question ?? '', answer: answer ?? '', title }
  const { passages, digest, indexed } = await indexer.indexPairNow(pair)
  await db.transaction().execute(async (tx) => {
    const index = passageIndex(connection)
    const now = await sourceStore(tx).anyState(stored.id)
    if (now?.question !== stored.question || now.answer !== stored.answer)
      throw new AppError('conflict', 'This pair was changed by another request meanwhile; send yours again.')
    const old = await passageStore(tx).nums(stored.id, Number.MAX_SAFE_INTEGER)
    index.remove(old)
    if (old.length > 0) await passageStore(tx).remove(old)
    const nums = await passageStore(tx).stage(stored, passages, (stored.liveVersion ?? 0) + 1)
    indexed.forEach((entry, at) => {
      const num = nums[at]
      if (num !== undefined) index.insert({ num, orgId: stored.orgId, ...entry })
    })
    await passageStore(tx).markIndexed(nums)
    await passageStore(tx).setLive(stored.id)
    await sourceStore(tx).change(stored.id, change)
    const language = passages[0]?.language ?? null
    await sourceStore(tx).progress(stored.id, { language, passages: 2, passagesDone: 2, ...digest })
    // Work owed to the pair as it was before would bring that back.
    await jobStore(tx).drop(stored.id)
    // Rolls everything back: a pair that is being deleted gets no passages any more.
    if (!(await sourceStore(tx).setStatus(stored.id, 'ready'))) throw notFound('Q&A pair', stored.id)
  })
}
