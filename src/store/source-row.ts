import { randomUUID } from 'node:crypto'
import type { Insertable, Selectable } from 'kysely'
import type { SourceStatus, SourceTable, SourceType, Stage } from './schema.js'

/** A piece of knowledge an organization gave: a file, a Q&A pair or a page, and how far its processing is. */
export interface Source {
  id: string
  orgId: string
  type: SourceType
  title: string
  status: SourceStatus
  /** The stage under way, or the one that failed; null before the first and once ready. */
  stage: Stage | null
  /** One human sentence, set when `status` is failed. */
  error: string | null
  /** ISO 639-1. */
  language: string | null
  /** Whether every assistant of the organization may use it; else only its own ones (`assistantIds`). */
  everyone: boolean
  /** Null until known, and for what has no pages. */
  pages: number | null
  pagesDone: number
  passages: number
  passagesDone: number
  bytes: number | null
  sha256: string | null
  fileName: string | null
  fileType: string | null
  mediaType: string | null
  /** The upload's name inside the uploads folder. */
  storedFile: string | null
  url: string | null
  question: string | null
  answer: string | null
  tags: string[]
  origin: string | null
  /** The first sentences of its text. */
  summary: string | null
  keywords: string[]
  /** Where the page was in the end, after redirects. */
  finalUrl: string | null
  /** What the web server said of the page, to be told that nothing changed. */
  etag: string | null
  lastModified: string | null
  fetchedAt: string | null
  /** What the person who gave it should know although it is ready. */
  warnings: SourceWarning[]
  /** The version of its passages that is searched; null before any was ready. */
  liveVersion: number | null
  /** Hours between two times that it is fetched without being asked for; null = never. */
  refreshHours: number | null
  nextRefreshAt: string | null
  /** Why the last of these times failed; null when it did not. */
  refreshError: string | null
  /** How many of them failed in a row. */
  refreshFailures: number
  /** Set where a crawl begins at this page. */
  crawl: CrawlSettings | null
  /** The source of the crawl that found this page. */
  parentId: string | null
  /** Whether its title is the one that the page gives itself. */
  titledByPage: boolean
  createdAt: string
  updatedAt: string
}

/** How far a crawl goes from its first page. */
export interface CrawlSettings {
  /** Links between the first page and the farthest. */
  depth: number
  /** Pages in all, the first included. */
  maxPages: number
  /** Whether the site's own list of its pages is read. */
  sitemap: boolean
  /** Beginnings of paths; only pages under one of them are read, and all when there is none. */
  include: string[]
  /** Beginnings of paths whose pages are not read. */
  exclude: string[]
  /** When it last began; null before that. */
  startedAt: string | null
}

/** Something about a source that was read, but not wholly or not as it was given. */
export interface SourceWarning {
  code: 'pages_unreadable' | 'type_mismatch' | 'parts_left_out' | 'text_recognized'
  /** One sentence for people. */
  message: string
  /** 1-based numbers of the pages it is about. */
  pages?: number[]
}

/** What a new source is made of; everything left out is unknown or empty. */
export interface NewSource {
  orgId: string
  type: SourceType
  title: string
  /** The only assistants that may use it; none named = all of the organization's. */
  assistantIds?: string[] | undefined
  bytes?: number | undefined
  sha256?: string | undefined
  fileName?: string | undefined
  fileType?: string | undefined
  storedFile?: string | undefined
  url?: string | undefined
  question?: string | undefined
  answer?: string | undefined
  tags?: string[] | undefined
  origin?: string | undefined
  refreshHours?: number | null | undefined
  crawl?: CrawlSettings | undefined
  parentId?: string | undefined
  titledByPage?: boolean
}

/** The row of a new, pending source. */
export function newRow(given: NewSource): Insertable<SourceTable> & Selectable<SourceTable> {
  const now = new Date().toISOString()
  return {
    id: randomUUID(),
    org_id: given.orgId,
    type: given.type,
    title: given.title,
    status: 'pending',
    stage: null,
    error: null,
    language: null,
    everyone: given.assistantIds === undefined || given.assistantIds.length === 0 ? 1 : 0,
    pages: null,
    pages_done: 0,
    passages: 0,
    passages_done: 0,
    bytes: given.bytes ?? null,
    sha256: given.sha256 ?? null,
    file_name: given.fileName ?? null,
    file_type: given.fileType ?? null,
    media_type: null,
    stored_file: given.storedFile ?? null,
    url: given.url ?? null,
    question: given.question ?? null,
    answer: given.answer ?? null,
    tags: JSON.stringify(given.tags ?? []),
    origin: given.origin ?? null,
    summary: null,
    keywords: '[]',
    warnings: '[]',
    text_version: 0,
    final_url: null,
    etag: null,
    last_modified: null,
    fetched_at: null,
    live_version: null,
    refresh_hours: given.refreshHours ?? null,
    next_refresh_at: null,
    refresh_error: null,
    refresh_failures: 0,
    crawl: given.crawl === undefined ? null : JSON.stringify(given.crawl),
    parent_id: given.parentId ?? null,
    titled_by_page: given.titledByPage === true ? 1 : 0,
    created_at: now,
    updated_at: now,
  }
}

/** A stored row as the floors above know it. */
export function toSource(row: Selectable<SourceTable>): Source {
  return {
    id: row.id,
    orgId: row.org_id,
    type: row.type,
    title: row.title,
    status: row.status,
    stage: row.stage,
    error: row.error,
    language: row.language,
    everyone: row.everyone === 1,
    pages: row.pages,
    pagesDone: row.pages_done,
    passages: row.passages,
    passagesDone: row.passages_done,
    bytes: row.bytes,
    sha256: row.sha256,
    fileName: row.file_name,
    fileType: row.file_type,
    mediaType: row.media_type,
    storedFile: row.stored_file,
    url: row.url,
    question: row.question,
    answer: row.answer,
    tags: JSON.parse(row.tags) as string[],
    origin: row.origin,
    summary: row.summary,
    keywords: JSON.parse(row.keywords) as string[],
    finalUrl: row.final_url,
    etag: row.etag,
    lastModified: row.last_modified,
    fetchedAt: row.fetched_at,
    warnings: JSON.parse(row.warnings) as SourceWarning[],
    liveVersion: row.live_version,
    refreshHours: row.refresh_hours,
    nextRefreshAt: row.next_refresh_at,
    refreshError: row.refresh_error,
    refreshFailures: row.refresh_failures,
    crawl: row.crawl === null ? null : (JSON.parse(row.crawl) as CrawlSettings),
    parentId: row.parent_id,
    titledByPage: row.titled_by_page === 1,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}
