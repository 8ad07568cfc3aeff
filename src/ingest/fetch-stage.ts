import type { Job } from '../store/jobs.js'
import type { Source } from '../store/sources.js'
import { removePassages } from './delete-source.js'
import { fetchSource } from './fetch-source.js'
import { report, settle, Superseded, timed, type IngestParts } from './ingest-source.js'

/**
 * Fetches a page, after which its job stands at stage extract, or is done when there is nothing to read.
 * @throws ExtractionError when it cannot be fetched; Superseded when its source is being deleted.
 */
export async function fetchStage(
  parts: IngestParts,
  job: Job,
  source: Source,
  signal: AbortSignal,
): Promise<void> {
  await report(parts, source.id, { status: 'processing', stage: 'fetch', error: null })
  const fetched = await timed(parts, 'fetch', () => fetchSource(parts, job, source, signal))
  if (fetched === 'superseded') throw new Superseded()
  if (fetched !== 'unchanged') return
  await removePassages(parts.database, source.id, signal, source.liveVersion)
  await settle(parts, job, source)
}
