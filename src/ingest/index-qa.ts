import { notFound } from '../errors.js'
import { detectLanguage } from '../retrieval/language.js'
import type { Database } from '../store/database.js'
import { passageIndex } from '../store/passage-index.js'
import { passageStore, type NewPassage } from '../store/passages.js'
import { sourceStore, type Source } from '../store/sources.js'
import type { Indexer } from './indexer.js'

/** A pair's two passages; offsets count in the question and the answer with a blank line between them. */
export function qaPassages(source: Pick<Source, 'question' | 'answer'>): NewPassage[] {
  const question = source.question ?? ''
  const answer = source.answer ?? ''
  const language = detectLanguage(`${question}\n${answer}`)
  const from = question.length + 2
  const common = { page: null, section: null, language }
  return [
    { ...common, ordinal: 0, kind: 'question', text: question, startOffset: 0, endOffset: question.length },
    {
      ...common,
      ordinal: 1,
      kind: 'answer',
      text: answer,
      startOffset: from,
      endOffset: from + answer.length,
    },
  ]
}

/**
 * Indexes a stored pair, in place of what was indexed of it before; once this resolves, it is found.
 * @throws AppError `not_found` when it was deleted meanwhile, `busy` when too many pairs wait.
 */
export async function indexPair(database: Database, indexer: Indexer, source: Source): Promise<void> {
  const { db, connection } = database
  const passages = qaPassages(source)
  const indexed = await indexer.indexNow(passages.map((passage) => ({ ...passage, title: source.title })))
  await db.transaction().execute(async (tx) => {
    const index = passageIndex(connection)
    const old = await passageStore(tx).nums(source.id, Number.MAX_SAFE_INTEGER)
    index.remove(old)
    if (old.length > 0) await passageStore(tx).remove(old)
    const nums = await passageStore(tx).stage(source, passages)
    indexed.forEach((entry, at) => {
      const num = nums[at]
      if (num !== undefined) index.insert({ num, orgId: source.orgId, ...entry })
    })
    await passageStore(tx).markIndexed(nums)
    await passageStore(tx).setLive(source.id)
    const language = passages[0]?.language ?? null
    await sourceStore(tx).progress(source.id, { language, passages: 2, passagesDone: 2 })
    // Rolls everything back: a pair that is being deleted gets no passages any more.
    if (!(await sourceStore(tx).setStatus(source.id, 'ready'))) throw notFound('Q&A pair', source.id)
  })
}
