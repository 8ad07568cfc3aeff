import { rm } from 'node:fs/promises'
import type { Database } from '../store/database.js'
import { jobStore, type Job } from '../store/jobs.js'
import { sourceStore, type Source } from '../store/sources.js'
import { uploadPath } from '../store/upload-file.js'
import { ExtractionError } from './extract/extraction.js'
import type { FetchedPage, PageFetcher } from './fetch/page-fetcher.js'

/** What fetching works with. */
export interface FetchParts {
  database: Database
  uploadsDir: string
  fetcher: PageFetcher
}

/**
 * Stage fetch: the page in place of what was fetched of it before; `unchanged` when its server says that it is as it was,
 * undefined when the source is being deleted. No earlier file is lost before the new one is noted.
 * @throws ExtractionError when it cannot be fetched.
 */
export async function fetchPage(
  { database, uploadsDir, fetcher }: FetchParts,
  job: Job,
  source: Source,
  signal: AbortSignal,
): Promise<Source | 'unchanged' | undefined> {
  const { db } = database
  if (source.url === null) throw new ExtractionError('The source has no URL.')
  // What nobody can find yet must be read whatever the server says.
  const known = source.liveVersion === null ? { etag: null, lastModified: null } : source
  const page = await fetcher.fetch(source.url, known, uploadsDir, signal)
  const fetchedAt = new Date().toISOString()
  if (page === 'unchanged') {
    if (source.liveVersion === null)
      throw new ExtractionError('The server says that the page is unchanged, but it was never read.')
    await sourceStore(db).progress(source.id, { fetchedAt })
    return 'unchanged'
  }
  const isNoted = await note(database, job, source, page, fetchedAt)
  const gone = isNoted ? source.storedFile : page.storedFile
  const path = gone === null ? undefined : uploadPath(uploadsDir, gone)
  if (path !== undefined) await rm(path, { force: true })
  return isNoted ? sourceStore(db).anyState(source.id) : undefined
}

function note({ db }: Database, job: Job, source: Source, page: FetchedPage, fetchedAt: string) {
  const { contentType: fileType, ...facts } = page
  return db.transaction().execute(async (tx) => {
    if (!(await sourceStore(tx).fetched(source.id, { ...facts, fileType, fetchedAt }))) return false
    await jobStore(tx).advance(job, 'extract')
    return true
  })
}
