import type { SourcePatch } from '../../contract/knowledge.js'
import { AppError, notFound } from '../../errors.js'
import type { Database, Executor } from '../../store/database.js'
import { jobStore } from '../../store/jobs.js'
import { passageStore } from '../../store/passages.js'
import { refreshTime } from '../../store/refreshes.js'
import type { Stage } from '../../store/schema.js'
import { sourceStore, type Source, type SourceChange } from '../../store/sources.js'
import type { IngestPort } from './ingest-port.js'
import { changePages, requireOwnFields } from './web-pages.js'

/** What changes need. */
export interface ChangeParts {
  db: Database['db']
  ingest: IngestPort
}

/**
 * Changes a source. What searches read of it (a pair's words, a title, a URL) is processed anew: a pair's before this
 * resolves, a file's or page's in the background, and what is found of it stays until then.
 * @throws AppError `conflict` for such a change while it is being processed; `not_found` when it is deleted meanwhile;
 * of a pair also `not_ready` and `busy`. Nothing is changed then.
 */
export async function changeSource(parts: ChangeParts, source: Source, patch: SourcePatch): Promise<void> {
  requireOwnFields(source, patch)
  const change = changeOf(source, patch)
  const assign = (tx: Executor) =>
    patch.assistant_ids === undefined
      ? Promise.resolve()
      : sourceStore(tx).assign(source.id, patch.assistant_ids)
  if (source.type === 'qa') {
    if (change.question !== undefined || change.answer !== undefined) {
      refuseWhileProcessed(source)
      await parts.ingest.indexQa(source.id, change)
    }
    await parts.db.transaction().execute(async (tx) => {
      await write(tx, source, change)
      await assign(tx)
    })
    return
  }
  const stage = stageAfter(source, change)
  if (stage !== undefined) refuseWhileProcessed(source)
  await parts.db.transaction().execute(async (tx) => {
    await write(tx, source, change)
    await assign(tx)
    await changePages(tx, source, patch)
    if (stage !== undefined) await owe(tx, source, stage)
  })
  if (stage !== undefined) parts.ingest.wake()
}

/**
 * Owes the source its processing anew; a pair's is done when this resolves.
 * @param from the stage to begin at; where nothing is kept of the one before it, processing begins earlier. Default: the
 * first.
 * @throws AppError `conflict` while it is being processed; of a pair also `not_ready` and `busy`; `invalid_input` for a
 * stage that the source does not go through.
 */
export async function reprocessSource(
  { db, ingest }: ChangeParts,
  source: Source,
  from?: Stage,
): Promise<void> {
  if (from === 'fetch' && source.type !== 'url') {
    const message = 'must be a later stage: only web pages are fetched.'
    throw new AppError('invalid_input', `from ${message}`, { fields: [{ path: 'from', message }] })
  }
  if (source.type === 'qa') {
    refuseWhileProcessed(source)
    await ingest.indexQa(source.id)
    return
  }
  await db.transaction().execute(async (tx) => {
    // Read again where nobody can come between: two of these requests must not both succeed.
    const now = await sourceStore(tx).find(source.orgId, source.id)
    if (now === undefined) throw notFound('knowledge source', source.id)
    refuseWhileProcessed(now)
    await owe(tx, now, await firstStage(tx, now, from))
  })
  ingest.wake()
}

/** Where processing can begin: at a stage whose input is kept. */
async function firstStage(tx: Executor, source: Source, from: Stage | undefined): Promise<Stage> {
  const first = source.type === 'url' ? 'fetch' : 'extract'
  if (from === undefined || from === 'fetch') return first
  const isStaged = source.status === 'failed' && (source.stage === 'embed' || source.stage === 'index')
  if (isStaged && (from === 'embed' || from === 'index')) {
    const newest = await passageStore(tx).newestVersion(source.id)
    if (newest > (source.liveVersion ?? 0)) return 'embed'
  }
  return source.storedFile === null ? first : 'extract'
}

/** The fields of the source's own type. */
function changeOf(source: Source, patch: SourcePatch): SourceChange {
  const { title, question, answer, url, tags, source: origin, refresh_hours: refreshHours } = patch
  if (source.type === 'qa') {
    return {
      ...(question !== undefined && question !== source.question && { question, title: question }),
      ...(answer !== undefined && answer !== source.answer && { answer }),
      ...(origin !== undefined && { origin }),
      ...(tags && { tags }),
    }
  }
  return {
    ...(title !== undefined && title.trim() !== source.title && { title: title.trim() }),
    ...(source.type === 'url' && url !== undefined && url !== source.url && { url }),
    ...(source.type === 'url' &&
      refreshHours !== undefined && { refreshHours, nextRefreshAt: refreshTime(refreshHours) }),
    ...(tags && { tags }),
  }
}

/** A title is embedded with each passage and takes its share of their length: they are made anew. */
function stageAfter(source: Source, change: SourceChange): Stage | undefined {
  if (change.url !== undefined) return 'fetch'
  if (change.title === undefined) return undefined
  return source.type === 'url' && source.storedFile === null ? 'fetch' : 'extract'
}

function refuseWhileProcessed({ id, status }: Source): void {
  if (status !== 'pending' && status !== 'processing') return
  throw new AppError(
    'conflict',
    `Knowledge source "${id}" is being processed; wait until it is ready or failed.`,
  )
}

async function write(tx: Executor, { id }: Source, change: SourceChange): Promise<void> {
  if (!(await sourceStore(tx).change(id, change))) throw notFound('knowledge source', id)
}

async function owe(tx: Executor, { id, orgId }: Source, stage: Stage): Promise<void> {
  await sourceStore(tx).setStatus(id, 'pending')
  await jobStore(tx).enqueue({ sourceId: id, orgId, task: 'ingest', stage })
}
