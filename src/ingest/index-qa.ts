import { AppError, notFound } from '../errors.js'
import type { Database } from '../store/database.js'
import { jobStore } from '../store/jobs.js'
import { passageIndex } from '../store/passage-index.js'
import { TEXT_VERSION } from '../retrieval/text-version.js'
import { passageStore } from '../store/passages.js'
import { sourceStore, type Source, type SourceChange } from '../store/sources.js'
import type { PassageWriter } from './passage-writer.js'

/**
 * Indexes a stored pair, in place of what was indexed of it before; once this resolves, it is found. What changes about
 * it changes in the same moment.
 * @throws AppError `not_found` when it was deleted meanwhile, `conflict` when it was changed, `busy` when too many pairs wait.
 * @throws StaleEmbedder when the index became another embedder's meanwhile: call again then, with a writer of that one.
 */
export async function indexPair(
  database: Database,
  writer: PassageWriter,
  stored: Source,
  change: SourceChange = {},
): Promise<void> {
  const { db, connection } = database
  const { question = stored.question, answer = stored.answer, title = stored.title } = change
  const pair = { question: question ?? '', answer: answer ?? '', title }
  const { passages, digest, indexed } = await writer.indexer.indexPairNow(pair)
  const texts = passages.map((passage) => ({ ...passage, title, orgId: stored.orgId }))
  await db.transaction().execute(async (tx) => {
    const now = await sourceStore(tx).anyState(stored.id)
    if (now?.question !== stored.question || now.answer !== stored.answer)
      throw new AppError('conflict', 'This pair was changed by another request meanwhile; send yours again.')
    const old = await passageStore(tx).nums(stored.id, Number.MAX_SAFE_INTEGER)
    passageIndex(connection).remove(old)
    if (old.length > 0) await passageStore(tx).remove(old)
    const nums = await passageStore(tx).stage(stored, passages, (stored.liveVersion ?? 0) + 1)
    const rows = texts.flatMap((text, at) => (nums[at] === undefined ? [] : [{ ...text, num: nums[at] }]))
    writer.write(connection, rows, indexed)
    await passageStore(tx).markIndexed(nums)
    await passageStore(tx).setLive(stored.id)
    await sourceStore(tx).change(stored.id, change)
    const language = passages[0]?.language ?? null
    const done = { passages: 2, passagesDone: 2, textVersion: TEXT_VERSION }
    await sourceStore(tx).progress(stored.id, { language, ...done, ...digest })
    // Work owed to the pair as it was before would bring that back.
    await jobStore(tx).drop(stored.id)
    // Rolls everything back: a pair that is being deleted gets no passages any more.
    if (!(await sourceStore(tx).setStatus(stored.id, 'ready'))) throw notFound('Q&A pair', stored.id)
  })
}
