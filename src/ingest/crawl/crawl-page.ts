import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Executor } from '../../store/database.js'
import { crawlStore, type FoundPage } from '../../store/crawls.js'
import type { CrawlSettings, Source } from '../../store/sources.js'
import { ExtractionError } from '../extract/extraction.js'
import type { FetchedPage, PageFetcher } from '../fetch/page-fetcher.js'
import { isInScope, pageAddress, type CrawlScope } from './address.js'
import type { LinkReader } from './link-reader.js'
import type { RobotsText } from './links-worker.js'
import type { PageLinks } from './read-links.js'
import type { RobotsFiles } from './robots.js'

/** What going over a site works with. */
export interface CrawlParts {
  fetcher: PageFetcher
  links: LinkReader
  robots: RobotsFiles
  /** Where what is fetched lies. */
  uploadsDir: string
}

/** A page of a crawl, and the page that the crawl begins at, which may be the same. */
export interface CrawlVisit {
  root: Source
  crawl: CrawlSettings
  source: Source
}

/** What a page of a crawl turned out to be. */
export interface CrawlFinding {
  /** False: it is none of the crawl's, asks not to be found, or says that it is another page. */
  isKept: boolean
  /** Where it is; null for the first page, which may be anywhere. */
  address: string | null
  pages: FoundPage[]
}

/** A page lists itself in vain further down than this many lists of lists. */
const MOST_SITEMAPS = 20
const SITEMAPS_MS = 120_000
const NOTHING: PageLinks = { links: [], canonical: null, isIndexed: true }

/** The crawl that a page belongs to; undefined for one that stands alone. */
export function visitOf(source: Source, parent: Source | undefined): CrawlVisit | undefined {
  const root = source.crawl === null ? parent : source
  if (root === undefined || root.status === 'deleting' || root.crawl === null) return undefined
  return { root, crawl: root.crawl, source }
}

/** "https://host" that a crawl's page must stay at; undefined for others, and for the first one, which says where that is. */
export function siteOf(visit: CrawlVisit | undefined): string | undefined {
  if (visit === undefined || visit.source === visit.root) return undefined
  const address = visit.root.finalUrl ?? visit.root.url
  return address === null ? undefined : new URL(address).origin
}

/** Whether the site lets the page be read. @throws ExtractionError when that cannot be told. */
export async function mayVisit(parts: CrawlParts, address: string, signal: AbortSignal): Promise<boolean> {
  const robots = await parts.robots.of(new URL(address).origin, signal)
  return (await parts.robots.ask(robots, address, signal)).isAllowed
}

/**
 * What a crawl makes of a page that was fetched; nothing is stored.
 * @throws ExtractionError where the crawl's first page may not be read.
 */
export async function examine(
  parts: CrawlParts,
  visit: CrawlVisit,
  page: FetchedPage,
  depth: number,
  signal: AbortSignal,
): Promise<CrawlFinding> {
  const { root, crawl, source } = visit
  const isRoot = source.id === root.id
  const { origin } = new URL(isRoot ? page.finalUrl : (root.finalUrl ?? root.url ?? page.finalUrl))
  const nowhere: CrawlFinding = { isKept: false, address: null, pages: [] }
  const robots = await parts.robots.of(origin, signal)
  if (!(await parts.robots.ask(robots, page.finalUrl, signal)).isAllowed) {
    if (isRoot) throw new ExtractionError(forbidden(page.finalUrl))
    return nowhere
  }
  const scope = { origin, include: crawl.include, exclude: crawl.exclude }
  const found = await linksOf(parts, page, scope, robots, signal)
  const links = depth < crawl.depth ? found.links.map((url) => ({ url, depth: depth + 1 })) : []
  if (isRoot) {
    const listed = await listedPages(parts, visit, scope, robots, signal)
    return { isKept: true, address: null, pages: [...links, ...listed] }
  }
  const own = pageAddress(page.finalUrl) ?? page.finalUrl
  const canonical = canonicalOf(found, own, scope)
  if (canonical === undefined) return { isKept: found.isIndexed, address: own, pages: links }
  return { isKept: false, address: own, pages: [{ url: canonical, depth }, ...links] }
}

/** Why a crawl cannot begin at this page. */
export function forbidden(address: string): string {
  return `${new URL(address).host} does not let this page be crawled (robots.txt).`
}

/**
 * The pages that the site itself lists, when the crawl reads that list and nothing new came of its first page.
 * @throws the signal's reason once that is aborted.
 */
export async function listedAnew(
  parts: CrawlParts,
  visit: CrawlVisit,
  signal: AbortSignal,
): Promise<FoundPage[]> {
  const { origin } = new URL(visit.root.finalUrl ?? visit.root.url ?? '')
  const { include, exclude } = visit.crawl
  const robots = await parts.robots.of(origin, signal)
  return listedPages(parts, visit, { origin, include, exclude }, robots, signal)
}

/** Notes what was found and makes sources of what comes next. Answers the new sources. */
export async function noteFinding(tx: Executor, root: Source, pages: FoundPage[]): Promise<string[]> {
  await crawlStore(tx).found(root, pages)
  return crawlStore(tx).admit(root)
}

function linksOf(
  { links, uploadsDir }: CrawlParts,
  page: FetchedPage,
  scope: CrawlScope,
  robots: RobotsText,
  signal: AbortSignal,
): Promise<PageLinks> {
  if (!/html|^$/i.test(page.contentType)) return Promise.resolve(NOTHING)
  const { finalUrl: address, robotsTag, storedFile } = page
  const path = join(uploadsDir, storedFile)
  return links
    .read({ kind: 'page', path, address, robotsTag, scope, robots }, signal)
    .then((found) => found ?? NOTHING)
}

/**
 * What the page says its address is. That every page is the home page is said by many sites, by mistake.
 */
function canonicalOf({ canonical }: PageLinks, own: string, scope: CrawlScope): string | undefined {
  if (canonical === null || canonical === own || !isInScope(canonical, scope)) return undefined
  const isHome = new URL(canonical).pathname === '/'
  return isHome && new URL(own).pathname !== '/' ? undefined : canonical
}

async function listedPages(
  parts: CrawlParts,
  { root, crawl }: CrawlVisit,
  scope: CrawlScope,
  robots: RobotsText,
  signal: AbortSignal,
): Promise<FoundPage[]> {
  if (!crawl.sitemap || crawl.depth < 1) return []
  const { sitemaps } = await parts.robots.ask(robots, root.url ?? scope.origin, signal)
  const queue = sitemaps.length > 0 ? sitemaps : [`${scope.origin}/sitemap.xml`]
  const most = crawl.maxPages * 10
  const pages = new Set<string>()
  const seen = new Set<string>()
  const deadline = Date.now() + SITEMAPS_MS
  for (let url = queue.shift(); url !== undefined; url = queue.shift()) {
    if (seen.size >= MOST_SITEMAPS || pages.size >= most || Date.now() > deadline) break
    if (seen.has(url)) continue
    seen.add(url)
    const found = await readList(parts, url, scope, robots, most, signal)
    for (const page of found.pages) pages.add(page)
    queue.push(...found.sitemaps)
  }
  return [...pages].slice(0, most).map((url) => ({ url, depth: 1 }))
}

/** A list that is not there, or cannot be read, lists nothing. */
async function readList(
  { fetcher, links, uploadsDir }: CrawlParts,
  url: string,
  scope: CrawlScope,
  robots: RobotsText,
  most: number,
  signal: AbortSignal,
) {
  const nothing = { pages: [], sitemaps: [] }
  let path: string | undefined
  try {
    const page = await fetcher.fetch(url, { etag: null, lastModified: null }, uploadsDir, signal)
    if (page === 'unchanged') return nothing
    path = join(uploadsDir, page.storedFile)
    return (await links.read({ kind: 'sitemap', path, scope, robots, most }, signal)) ?? nothing
  } catch (error) {
    if (error instanceof ExtractionError) return nothing
    throw error
  } finally {
    if (path !== undefined) await rm(path, { force: true })
  }
}
