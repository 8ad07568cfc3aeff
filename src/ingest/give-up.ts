import type { IngestionMetrics } from '../metrics/ingestion.js'
import type { Database } from '../store/database.js'
import { jobStore, type Job } from '../store/jobs.js'
import { refreshStore } from '../store/refreshes.js'
import type { Stage } from '../store/schema.js'
import { sourceStore, type Source } from '../store/sources.js'
import { removePassages } from './delete-source.js'

/** What giving a job up needs. */
export interface GiveUpParts {
  database: Database
  changed: (sourceId: string) => void
  metrics: IngestionMetrics | undefined
}

/** Where a job has got to, which may be further than where it would be taken up again. */
export async function stageOf({ db }: Database, job: Job): Promise<Stage> {
  return (await sourceStore(db).anyState(job.sourceId))?.stage ?? job.stage
}

/**
 * The source is failed, for this reason, and its job done. What was found before is still found. Passages that only lack
 * their vectors are kept for a later try. Where nobody asked for the work, a source that is found stays ready, and says
 * so beside.
 * @param sentence for the person who gave the source.
 */
export async function giveUp(parts: GiveUpParts, job: Job, sentence: string): Promise<void> {
  const { database } = parts
  const stage = await stageOf(database, job)
  const source = await sourceStore(database.db).anyState(job.sourceId)
  const live = source?.liveVersion ?? null
  const isQuiet = job.refresh && live !== null
  if (live !== null && (isQuiet || !isStaged(stage)))
    await removePassages(database, job.sourceId, new AbortController().signal, live)
  await database.db.transaction().execute(async (tx) => {
    const sources = sourceStore(tx)
    if (isQuiet) await sources.setStatus(job.sourceId, 'ready')
    else await sources.setStatus(job.sourceId, 'failed', sentence)
    if (source?.type === 'url') await noteOfPage(tx, source, stage, isQuiet ? sentence : null)
    await jobStore(tx).finish(job)
  })
  parts.changed(job.sourceId)
  parts.metrics?.failed(stage)
}

/** All its passages are stored by then. */
export function isStaged(stage: Stage | null): boolean {
  return stage === 'embed' || stage === 'index'
}

async function noteOfPage(tx: Database['db'], source: Source, stage: Stage, quietly: string | null) {
  await refreshStore(tx).failed(source.id, quietly)
  // What is found is not what was fetched last: the server must not be told that it is.
  if (stage !== 'fetch') await sourceStore(tx).forgetFetched(source.id)
}
