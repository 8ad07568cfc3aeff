import { setImmediate as nextTurn } from 'node:timers/promises'
import type { IngestionMetrics } from '../metrics/ingestion.js'
import { TEXT_VERSION } from '../retrieval/text-version.js'
import { jobStore, type Job } from '../store/jobs.js'
import { passageStore } from '../store/passages.js'
import { refreshStore } from '../store/refreshes.js'
import type { Stage } from '../store/schema.js'
import { sourceStore, type Source } from '../store/sources.js'
import { uploadPath } from '../store/upload-file.js'
import { removePassages } from './delete-source.js'
import { ExtractionError } from './extract/extraction.js'
import type { Extractor } from './extractor.js'
import type { FetchParts } from './fetch-source.js'
import type { Chunked, Indexer } from './indexer.js'
import type { PassageWriter } from './passage-writer.js'

/** What the stages work with. */
export interface IngestParts extends FetchParts {
  extractor: Extractor
  writer: PassageWriter
  metrics: IngestionMetrics | undefined
}

/** The source was deleted, or owed other work, while it was being processed. */
export class Superseded extends Error {
  override readonly name = 'Superseded'
}

/** Passages embedded in one go, and stored in one step: a Q&A pair given meanwhile waits for one batch. */
const EMBED_BATCH = 12
/** Rows whose flag is set in one step; a thousand take about 25 ms. */
const PUBLISH_BATCH = 500
const PROGRESS_EVERY_MS = 250

/**
 * Takes a source from where its job stands, behind stage fetch, to ready. Everything it has stored is kept when it is
 * stopped.
 */
export async function ingestSource(
  parts: IngestParts,
  job: Job,
  source: Source,
  signal: AbortSignal,
): Promise<void> {
  const staged = job.stage === 'embed' || job.stage === 'index'
  if (!staged) await stagePassages(parts, job, source, signal)
  await timed(parts, 'embed', () => embedPassages(parts, job, source.id, signal))
  await timed(parts, 'index', () => publish(parts, job, source, signal))
  parts.metrics?.finished(source.type)
}

/** Measures a stage, if it comes to its end. */
export async function timed<T>(
  { metrics }: Pick<IngestParts, 'metrics'>,
  stage: Stage,
  work: () => Promise<T>,
): Promise<T> {
  const ended = metrics?.stage(stage)
  const result = await work()
  ended?.()
  return result
}

/** Saves progress. @throws Superseded when the source is being deleted. */
export async function report(
  parts: Pick<IngestParts, 'database' | 'changed'>,
  id: string,
  changes: Parameters<ReturnType<typeof sourceStore>['progress']>[1],
): Promise<void> {
  if (!(await sourceStore(parts.database.db).progress(id, changes))) throw new Superseded()
  parts.changed(id)
}

/**
 * Stages extract and chunk. What an earlier, killed run has staged is thrown away first; what searches find of the
 * source stays until the new passages take its place.
 */
async function stagePassages(parts: IngestParts, job: Job, source: Source, signal: AbortSignal) {
  const { db } = parts.database
  await report(parts, source.id, {
    status: 'processing',
    stage: 'extract',
    error: null,
    pagesDone: 0,
    passages: 0,
    passagesDone: 0,
  })
  await removePassages(parts.database, source.id, signal, source.liveVersion)
  const { batches, digest } =
    source.type === 'qa'
      ? await pairInBatches(parts.writer.indexer, source)
      : await readFile(parts, source, signal)
  const version = (source.liveVersion ?? 0) + 1
  let passages = 0
  for (const batch of batches) {
    signal.throwIfAborted()
    passages += (await passageStore(db).stage(source, batch(), version)).length
    await nextTurn()
  }
  if (passages === 0) throw new ExtractionError('The file holds no text.')
  await db.transaction().execute(async (tx) => {
    await sourceStore(tx).progress(source.id, {
      ...{ stage: 'embed', passages, passagesDone: 0, textVersion: TEXT_VERSION },
      ...digest,
    })
    await jobStore(tx).advance(job, 'embed')
  })
}

async function pairInBatches(indexer: Indexer, { question, answer }: Source): Promise<Chunked> {
  const { passages, digest } = await indexer.readPair({ question: question ?? '', answer: answer ?? '' })
  return { batches: [() => passages], digest }
}

async function readFile(parts: IngestParts, source: Source, signal: AbortSignal): Promise<Chunked> {
  const path = source.storedFile === null ? undefined : uploadPath(parts.uploadsDir, source.storedFile)
  if (path === undefined) throw new ExtractionError('The uploaded file is gone.')
  const file = {
    path,
    hint: { fileName: source.fileName ?? undefined, fileType: source.fileType ?? undefined },
  }
  const { facts, blocks } = await timed(parts, 'extract', () =>
    parts.extractor.extract(file, pageReporter(parts, source.id), signal),
  )
  parts.metrics?.pages(facts.pages ?? 0)
  const title = titleOf(source, facts.title)
  await report(parts, source.id, {
    stage: 'chunk',
    mediaType: facts.mediaType,
    language: facts.language,
    pages: facts.pages,
    warnings: facts.warnings ?? [],
    pagesDone: facts.pages ?? 0,
    ...(title !== source.title && { title }),
  })
  return timed(parts, 'chunk', () =>
    parts.writer.indexer.chunk({ blocks, title, language: facts.language }, signal),
  )
}

/** A page that nobody gave a title is called what it calls itself. */
function titleOf(source: Source, own: string | undefined): string {
  const isItsOwn = source.titledByPage || source.title === source.url
  return source.type === 'url' && isItsOwn ? (own ?? source.title) : source.title
}

/** Writes page progress a few times a second at most; a lost update is followed by the next one. */
function pageReporter(parts: IngestParts, id: string) {
  let last = 0
  return (pagesDone: number, pages: number) => {
    if (Date.now() - last < PROGRESS_EVERY_MS) return
    last = Date.now()
    report(parts, id, { pages, pagesDone }).catch(() => undefined)
  }
}

/** Stages embed and index, batch by batch; each batch is stored whole with its count. */
async function embedPassages(parts: IngestParts, job: Job, id: string, signal: AbortSignal) {
  const { db, connection } = parts.database
  const version = await passageStore(db).newestVersion(id)
  const { total, indexed: before } = await passageStore(db).count(id, version)
  let passagesDone = before
  await report(parts, id, { status: 'processing', stage: 'embed', passages: total, passagesDone })
  const title = (await sourceStore(db).anyState(id))?.title ?? ''
  const known = parts.writer.known(connection, id)
  const begin = async (afterOrdinal: number) => {
    const rows = await passageStore(db).unindexed(id, EMBED_BATCH, afterOrdinal)
    const batch = rows.map((row) => ({ ...row, title }))
    const indexed = batch.length === 0 ? Promise.resolve([]) : parts.writer.index(batch, known)
    // Heard of where it is awaited; not at all when the batch before it cannot be stored.
    indexed.catch(() => undefined)
    return { batch, indexed }
  }
  for (let coming = await begin(-1); coming.batch.length > 0;) {
    signal.throwIfAborted()
    const { batch } = coming
    const indexed = await coming.indexed
    // The thread works on the next batch while this one is stored.
    coming = await begin(batch.at(-1)?.ordinal ?? Number.MAX_SAFE_INTEGER)
    await db.transaction().execute(async (tx) => {
      parts.writer.write(connection, batch, indexed, known)
      await passageStore(tx).markIndexed(batch.map((passage) => passage.num))
      await jobStore(tx).advance(job, 'embed')
    })
    passagesDone += batch.length
    parts.metrics?.passages(batch.length)
    await report(parts, id, { passagesDone })
    await nextTurn()
  }
}

/** All of the source's new passages can be found from one moment to the next, and the old ones no more. */
async function publish(parts: IngestParts, job: Job, source: Source, signal: AbortSignal): Promise<void> {
  const { db } = parts.database
  await report(parts, source.id, { stage: 'index' })
  const version = await passageStore(db).newestVersion(source.id)
  while ((await passageStore(db).setLive(source.id, PUBLISH_BATCH)) > 0) await nextTurn()
  if (!(await sourceStore(db).goLive(source.id, version))) throw new Superseded()
  await removePassages(parts.database, source.id, signal, version)
  await settle(parts, job, source)
}

/** The source is ready, and its job is done. */
export async function settle(parts: IngestParts, job: Job, { id, type }: Source): Promise<void> {
  await parts.database.db.transaction().execute(async (tx) => {
    const { total } = await passageStore(tx).count(id, await passageStore(tx).newestVersion(id))
    await sourceStore(tx).progress(id, { passages: total, passagesDone: total })
    if (!(await sourceStore(tx).setStatus(id, 'ready'))) throw new Superseded()
    if (type === 'url') await refreshStore(tx).succeeded(id)
    await jobStore(tx).finish(job)
  })
  parts.changed(id)
}
