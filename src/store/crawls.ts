import { sql } from 'kysely'
import type { Executor } from './database.js'
import { jobStore } from './jobs.js'
import type { CrawlSettings, Source } from './source-row.js'
import { sourceStore } from './sources.js'

/** Addresses that a crawl keeps in mind, for each page that it may read. */
const ADDRESSES_PER_PAGE = 10
/** Rows written in one step, which others wait for. */
const WRITTEN_AT_ONCE = 200
/** The more so where each is a source and a job: the others follow when the next page is done. */
const ADMITTED_AT_ONCE = 50
/** A crawl takes up no more pages once these together are as large. */
const MOST_BYTES = 1024 ** 3
/** Nor this long after it began. */
const LONGEST_MS = 6 * 3_600_000

/** An address that a crawl came across. */
export interface FoundPage {
  url: string
  depth: number
}

/** How far a crawl has got, in pages; its first one counts. */
export interface CrawlProgress {
  ready: number
  failed: number
  /** Being read, or about to be. */
  pending: number
  /** Read and not kept: gone, moved to another site, the same as another page, or not to be indexed. */
  leftOut: number
  /** Found, but beyond the crawl's limits. */
  beyond: number
}

/** The `crawl_page` table, and the pages that crawls have found. */
export function crawlStore(db: Executor) {
  const pages = (rootId: string) => db.selectFrom('crawl_page').where('root_id', '=', rootId)
  const live = (rootId: string) =>
    db.selectFrom('source').where('parent_id', '=', rootId).where('status', '!=', 'deleting')

  return {
    /** A crawl begins, anew if it ran before: what it left out then may have become another. */
    async begin(root: Source, settings: CrawlSettings): Promise<void> {
      const crawl = JSON.stringify({ ...settings, startedAt: new Date().toISOString() })
      await db.updateTable('source').set({ crawl }).where('id', '=', root.id).execute()
      await db
        .updateTable('crawl_page')
        .set({ state: 'waiting', source_id: null })
        .where('root_id', '=', root.id)
        .where('state', '=', 'left_out')
        .execute()
    },

    /** Keeps addresses in mind, as far as there is room for them; those that are known stay as they are. */
    async found(root: Source, given: readonly FoundPage[]): Promise<void> {
      const most = (root.crawl?.maxPages ?? 0) * ADDRESSES_PER_PAGE
      const { known } = await pages(root.id)
        .select((eb) => eb.fn.countAll<number>().as('known'))
        .executeTakeFirstOrThrow()
      let room = most - known
      for (let at = 0; at < given.length && room > 0;) {
        const some = given.slice(at, at + Math.min(room, WRITTEN_AT_ONCE))
        const { numInsertedOrUpdatedRows } = await db
          .insertInto('crawl_page')
          .values(some.map((page) => ({ root_id: root.id, ...page, state: 'waiting', source_id: null })))
          .onConflict((conflict) => conflict.doNothing())
          .executeTakeFirst()
        room -= Number(numInsertedOrUpdatedRows ?? 0)
        at += some.length
      }
    },

    /** Links between a page and the first one. */
    async depthOf(source: Source): Promise<number> {
      const row = await db
        .selectFrom('crawl_page')
        .select((eb) => eb.fn.min('depth').as('depth'))
        .where('source_id', '=', source.id)
        .executeTakeFirst()
      return source.parentId === null ? 0 : (row?.depth ?? 0)
    },

    /** Lets a source stand for an address; answers the id of the one that does, which may be another. */
    async claim(rootId: string, page: FoundPage, sourceId: string): Promise<string> {
      await db
        .insertInto('crawl_page')
        .values({ root_id: rootId, ...page, state: 'taken', source_id: sourceId })
        .onConflict((conflict) =>
          conflict
            .columns(['root_id', 'url'])
            .doUpdateSet({ state: 'taken', source_id: sourceId })
            .where('crawl_page.state', 'in', ['waiting', 'left_out']),
        )
        .execute()
      const row = await pages(rootId)
        .select(['source_id', 'state'])
        .where('url', '=', page.url)
        .executeTakeFirstOrThrow()
      return row.state === 'taken' ? (row.source_id ?? sourceId) : sourceId
    },

    /** Another page of the crawl with the very same bytes. */
    async twin(root: Source, source: Source, sha256: string): Promise<string | undefined> {
      const row = await db
        .selectFrom('source')
        .select('id')
        .where('org_id', '=', root.orgId)
        .where('sha256', '=', sha256)
        .where('id', '!=', source.id)
        .where('status', '!=', 'deleting')
        .where((eb) => eb.or([eb('id', '=', root.id), eb('parent_id', '=', root.id)]))
        .executeTakeFirst()
      return row?.id
    },

    /** Makes sources of the next addresses, those nearest to the first page first, as far as the crawl's limits allow. */
    async admit(root: Source): Promise<string[]> {
      const { crawl, orgId } = root
      if (crawl === null || isOver(crawl)) return []
      const { count, bytes } = await live(root.id)
        .select((eb) => [
          eb.fn.countAll<number>().as('count'),
          eb.fn.coalesce(eb.fn.sum<number>('bytes'), eb.val(0)).as('bytes'),
        ])
        .executeTakeFirstOrThrow()
      const room = bytes > MOST_BYTES ? 0 : crawl.maxPages - 1 - count
      if (room <= 0) return []
      const next = await pages(root.id)
        .select(['url', 'depth'])
        .where('state', '=', 'waiting')
        .where('depth', '<=', crawl.depth)
        .orderBy('depth')
        .orderBy(sql`crawl_page.rowid`)
        .limit(Math.min(room, ADMITTED_AT_ONCE))
        .execute()
      const assistantIds = (await sourceStore(db).assistantIds([root.id])).get(root.id)
      const made: string[] = []
      for (const { url, depth } of next) {
        const { id } = await sourceStore(db).create({
          ...{ orgId, type: 'url', title: url, url, assistantIds, tags: root.tags },
          ...{ parentId: root.id, refreshHours: root.refreshHours, titledByPage: true },
        })
        await this.claim(root.id, { url, depth }, id)
        await jobStore(db).enqueue({ sourceId: id, orgId, task: 'ingest', stage: 'fetch', background: true })
        made.push(id)
      }
      return made
    },

    /** Owes the pages of a crawl that are done with to be fetched again. */
    async refetch(root: Source): Promise<void> {
      const done = await live(root.id)
        .leftJoin('job', 'job.source_id', 'source.id')
        .select('source.id')
        .where('job.source_id', 'is', null)
        .execute()
      for (const { id } of done) {
        const work = { task: 'ingest', stage: 'fetch', background: true, refresh: true } as const
        await jobStore(db).enqueue({ sourceId: id, orgId: root.orgId, ...work })
      }
    },

    /** Hides a page that a crawl found and owes its removal; its addresses are not read again before the next crawl. */
    async leaveOut(source: Source): Promise<void> {
      await db
        .updateTable('crawl_page')
        .set({ state: 'left_out' })
        .where('source_id', '=', source.id)
        .where('state', '=', 'taken')
        .execute()
      if (await sourceStore(db).markDeleting(source.orgId, source.id)) {
        const { id: sourceId, orgId } = source
        await jobStore(db).enqueue({ sourceId, orgId, task: 'delete', stage: 'index' })
      }
    },

    /** A person removes a page: its addresses are not read again by any later crawl. */
    async forbid(sourceId: string): Promise<void> {
      await db.updateTable('crawl_page').set({ state: 'removed' }).where('source_id', '=', sourceId).execute()
    },

    /** Ids of the pages that a crawl has found and kept. */
    async pageIds(rootId: string): Promise<string[]> {
      const rows = await live(rootId).select('id').execute()
      return rows.map(({ id }) => id)
    },

    /** How far these crawls have got; what is no crawl is absent from the map. */
    async progress(roots: readonly Source[]): Promise<Map<string, CrawlProgress>> {
      const crawls = roots.filter(({ crawl }) => crawl !== null)
      const map = new Map<string, CrawlProgress>()
      for (const root of crawls) map.set(root.id, await progressOf(db, root))
      return map
    },
  }
}

function isOver({ startedAt }: CrawlSettings): boolean {
  return startedAt !== null && Date.now() - Date.parse(startedAt) > LONGEST_MS
}

async function progressOf(db: Executor, root: Source): Promise<CrawlProgress> {
  const sources = await db
    .selectFrom('source')
    .select(['status', (eb) => eb.fn.countAll<number>().as('count')])
    .where((eb) => eb.or([eb('id', '=', root.id), eb('parent_id', '=', root.id)]))
    .groupBy('status')
    .execute()
  const addresses = await db
    .selectFrom('crawl_page')
    .select(['state', (eb) => eb.fn.countAll<number>().as('count')])
    .where('root_id', '=', root.id)
    .groupBy('state')
    .execute()
  const of = (...names: string[]) =>
    sources.filter(({ status }) => names.includes(status)).reduce((sum, { count }) => sum + count, 0)
  const known = (name: string) => addresses.find(({ state }) => state === name)?.count ?? 0
  return {
    ready: of('ready'),
    failed: of('failed'),
    pending: of('pending', 'processing'),
    leftOut: known('left_out'),
    beyond: known('waiting'),
  }
}
