import { rm } from 'node:fs/promises'
import { basename, extname } from 'node:path'
import { crawlStore } from '../store/crawls.js'
import type { Database, Executor } from '../store/database.js'
import { jobStore, type Job } from '../store/jobs.js'
import { sourceStore, type Source } from '../store/sources.js'
import { uploadPath } from '../store/upload-file.js'
import {
  examine,
  siteOf,
  forbidden,
  listedAnew,
  mayVisit,
  noteFinding,
  visitOf,
  type CrawlFinding,
  type CrawlParts,
  type CrawlVisit,
} from './crawl/crawl-page.js'
import { ExtractionError } from './extract/extraction.js'
import { PageRefused, type FetchedPage } from './fetch/page-fetcher.js'

/** What fetching works with. */
export interface FetchParts extends CrawlParts {
  database: Database
  /** Told whenever a source stands differently. */
  changed: (sourceId: string) => void
}

/**
 * What became of a page: `fetched`, to be read next; `unchanged`, says its server; `left_out`, being no page of its crawl
 * (any more); `superseded`, its source being deleted.
 */
export type Fetched = 'fetched' | 'unchanged' | 'left_out' | 'superseded'

/** Names by which documents can be told where their servers say nothing useful of them. */
const DOCUMENTS = /^\.(?:pdf|docx?|pptx?|xlsx?|od[tsp]|rtf|csv|tsv|md|markdown|txt|jsonl?|epub|eml|xml)$/i

/**
 * Stage fetch: the page in place of what was fetched of it before, and, where it belongs to a crawl, the pages it leads
 * to. No earlier file is lost before the new one is noted.
 * @throws ExtractionError when it cannot be fetched.
 */
export async function fetchSource(
  parts: FetchParts,
  job: Job,
  source: Source,
  signal: AbortSignal,
): Promise<Fetched> {
  const { db } = parts.database
  if (source.url === null) throw new ExtractionError('The source has no URL.')
  const parent = source.parentId === null ? undefined : await sourceStore(db).anyState(source.parentId)
  const visit = visitOf(source, parent)
  if (visit !== undefined && !(await mayVisit(parts, source.url, signal))) {
    if (visit.source === visit.root) throw new ExtractionError(forbidden(source.url))
    return leaveOut(parts, visit)
  }
  // What nobody can find yet must be read whatever the server says.
  const known = source.liveVersion === null ? { etag: null, lastModified: null } : source
  try {
    const page = await parts.fetcher.fetch(source.url, known, parts.uploadsDir, signal, siteOf(visit))
    if (page === 'unchanged') return await noteUnchanged(parts, source, visit, signal)
    if (isSame(job, source, page)) {
      await dropFile(parts, page.storedFile)
      return await noteUnchanged(parts, source, visit, signal)
    }
    return await take(parts, job, source, visit, page, signal)
  } catch (error) {
    const isGone = error instanceof PageRefused && error.isGone
    if (isGone && visit !== undefined && visit.source !== visit.root) return leaveOut(parts, visit)
    throw error
  }
}

/** Whoever asks for it gets a page read anew; by the clock, only one that is another. */
function isSame(job: Job, source: Source, page: FetchedPage): boolean {
  return job.refresh && source.liveVersion !== null && source.sha256 === page.sha256
}

async function dropFile({ uploadsDir }: FetchParts, name: string | null): Promise<void> {
  const path = name === null ? undefined : uploadPath(uploadsDir, name)
  if (path !== undefined) await rm(path, { force: true })
}

async function noteUnchanged(
  parts: FetchParts,
  source: Source,
  visit: CrawlVisit | undefined,
  signal: AbortSignal,
): Promise<Fetched> {
  if (source.liveVersion === null)
    throw new ExtractionError('The server says that the page is unchanged, but it was never read.')
  const fetchedAt = new Date().toISOString()
  if (visit === undefined || visit.source !== visit.root) {
    await sourceStore(parts.database.db).progress(source.id, { fetchedAt })
    return 'unchanged'
  }
  const listed = await listedAnew(parts, visit, signal)
  const made = await parts.database.db.transaction().execute(async (tx) => {
    if (!(await sourceStore(tx).progress(source.id, { fetchedAt }))) return []
    await crawlStore(tx).begin(visit.root, visit.crawl)
    await crawlStore(tx).refetch(visit.root)
    return noteFinding(tx, await freshRoot(tx, visit), listed)
  })
  made.forEach(parts.changed)
  return 'unchanged'
}

/** Takes a fetched page over, or throws its file away. */
async function take(
  parts: FetchParts,
  job: Job,
  source: Source,
  visit: CrawlVisit | undefined,
  page: FetchedPage,
  signal: AbortSignal,
): Promise<Fetched> {
  let result: Fetched = 'superseded'
  const made: string[] = []
  try {
    const { db } = parts.database
    const depth = visit === undefined ? 0 : await crawlStore(db).depthOf(source)
    const finding = visit && (await examine(parts, visit, page, depth, signal))
    result = await db.transaction().execute(async (tx) => {
      const isKept =
        visit === undefined || finding === undefined || (await isOwn(tx, visit, page, finding, depth))
      if (!isKept) await crawlStore(tx).leaveOut(source)
      else if (!(await note(tx, job, source, page))) return 'superseded'
      if (visit !== undefined && finding !== undefined)
        made.push(...(await noteFinding(tx, await freshRoot(tx, visit), finding.pages)))
      return isKept ? 'fetched' : 'left_out'
    })
  } finally {
    await dropFile(parts, result === 'fetched' ? source.storedFile : page.storedFile)
  }
  if (result === 'left_out') parts.changed(source.id)
  made.forEach(parts.changed)
  return result
}

/** Whether the page is one of the crawl's, and no other of its pages is the same. The first page begins the crawl. */
async function isOwn(
  tx: Executor,
  { root, crawl, source }: CrawlVisit,
  page: FetchedPage,
  finding: CrawlFinding,
  depth: number,
): Promise<boolean> {
  const crawls = crawlStore(tx)
  if (source.id === root.id) {
    await crawls.begin(root, crawl)
    for (const url of new Set([source.url ?? page.finalUrl, page.finalUrl]))
      await crawls.claim(root.id, { url, depth: 0 }, root.id)
    if (crawl.startedAt !== null) await crawls.refetch(root)
    return true
  }
  if (!finding.isKept || finding.address === null) return false
  if ((await crawls.claim(root.id, { url: finding.address, depth }, source.id)) !== source.id) return false
  return (await crawls.twin(root, source, page.sha256)) === undefined
}

/** As its row is now; what is being deleted takes up nothing. */
async function freshRoot(tx: Executor, { root }: CrawlVisit): Promise<Source> {
  const now = await sourceStore(tx).find(root.orgId, root.id)
  return now ?? { ...root, crawl: null }
}

async function note(tx: Executor, job: Job, source: Source, page: FetchedPage): Promise<boolean> {
  const { contentType: fileType, robotsTag: _robotsTag, ...facts } = page
  const fileName = documentName(page)
  const fetchedAt = new Date().toISOString()
  if (!(await sourceStore(tx).fetched(source.id, { ...facts, fileType, fileName, fetchedAt }))) return false
  await jobStore(tx).handOn(job, 'extract')
  return true
}

/** A page that its crawl has no use for goes, and another takes its place. */
async function leaveOut(parts: FetchParts, visit: CrawlVisit): Promise<Fetched> {
  const made = await parts.database.db.transaction().execute(async (tx) => {
    await crawlStore(tx).leaveOut(visit.source)
    return noteFinding(tx, await freshRoot(tx, visit), [])
  })
  for (const id of [visit.source.id, ...made]) parts.changed(id)
  return 'left_out'
}

function documentName({ fileName, finalUrl }: FetchedPage): string | null {
  const names = [fileName ?? '', basename(decoded(new URL(finalUrl).pathname))]
  return names.find((name) => DOCUMENTS.test(extname(name)))?.slice(-255) ?? null
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}
