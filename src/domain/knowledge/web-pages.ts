import type { NewUrl, SourcePatch } from '../../contract/knowledge.js'
import { AppError } from '../../errors.js'
import { crawlStore } from '../../store/crawls.js'
import type { Executor } from '../../store/database.js'
import { jobStore } from '../../store/jobs.js'
import { sourceStore, type CrawlSettings, type NewSource, type Source } from '../../store/sources.js'

/** What a page that is given becomes. */
export function newPage(
  orgId: string,
  given: NewUrl,
  assistantIds: string[],
  refreshHours: number | null,
): NewSource & { url: string; type: 'url' } {
  const { url, tags, crawl } = given
  const title = titleOf(given)
  const base = { orgId, type: 'url', title: title ?? url, url, assistantIds, tags } as const
  const hours = given.refresh_hours === undefined ? refreshHours : given.refresh_hours
  return {
    ...base,
    titledByPage: title === undefined,
    refreshHours: hours,
    ...(crawl && { crawl: settingsOf(crawl) }),
  }
}

/** The title that was given, if any; else the page names itself. */
export function titleOf({ title }: Pick<NewUrl, 'title'>): string | undefined {
  const trimmed = title?.trim()
  return trimmed === '' ? undefined : trimmed
}

/**
 * The source that holds this page, or this crawl, already.
 * @throws AppError `conflict` when the crawl has other limits.
 */
export async function findSamePage(tx: Executor, orgId: string, given: NewUrl): Promise<Source | undefined> {
  const isCrawl = given.crawl !== undefined
  const same = await sourceStore(tx).findSameUrl(orgId, given.url, titleOf(given), isCrawl)
  if (same === undefined || given.crawl === undefined) return same
  const limits = (settings: CrawlSettings | null) => JSON.stringify({ ...settings, startedAt: null })
  if (limits(same.crawl) === limits(settingsOf(given.crawl))) return same
  throw new AppError(
    'conflict',
    `This site is crawled already, within other limits, as knowledge source "${same.id}"; delete that source first.`,
  )
}

/**
 * Holds a crawl together: what belongs to all of it is changed at its first page alone, whose URL stays.
 * @throws AppError `conflict`.
 */
export function requireOwnFields(source: Source, patch: SourcePatch): void {
  const shared = ['url', 'assistant_ids', 'refresh_hours'] as const
  const [named] = shared.filter((name) => patch[name] !== undefined)
  if (source.parentId !== null && named !== undefined) {
    throw new AppError(
      'conflict',
      `${named} of this page is its crawl's: change that of knowledge source "${source.parentId}".`,
    )
  }
  if (source.crawl !== null && patch.url !== undefined && patch.url !== source.url) {
    throw new AppError('conflict', 'A crawl keeps its URL: delete this source and give the other URL.')
  }
}

/** Gives the pages of a crawl what was given to its first page. */
export async function changePages(tx: Executor, root: Source, patch: SourcePatch): Promise<void> {
  if (root.crawl === null) return
  for (const id of await crawlStore(tx).pageIds(root.id)) {
    const { tags, refresh_hours: refreshHours, assistant_ids: assistantIds } = patch
    if (tags !== undefined || refreshHours !== undefined)
      await sourceStore(tx).change(id, {
        ...(tags !== undefined && { tags }),
        ...(refreshHours !== undefined && { refreshHours }),
      })
    if (assistantIds !== undefined) await sourceStore(tx).assign(id, assistantIds)
  }
}

/**
 * Hides a source and owes its removal, with the pages of its crawl. A page that is removed by itself is not found by that
 * crawl again. Answers what was hidden.
 */
export async function removeSource(tx: Executor, source: Source): Promise<string[]> {
  const { orgId } = source
  const ids = [source.id, ...(source.crawl === null ? [] : await crawlStore(tx).pageIds(source.id))]
  const hidden: string[] = []
  for (const id of ids) {
    if (!(await sourceStore(tx).markDeleting(orgId, id))) continue
    await jobStore(tx).enqueue({ sourceId: id, orgId, task: 'delete', stage: 'index' })
    hidden.push(id)
  }
  if (source.parentId !== null) await crawlStore(tx).forbid(source.id)
  return hidden
}

function settingsOf(crawl: NonNullable<NewUrl['crawl']>): CrawlSettings {
  const { depth, max_pages: maxPages, sitemap, include, exclude } = crawl
  return { depth, maxPages, sitemap, include, exclude, startedAt: null }
}
