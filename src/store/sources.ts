import { sql, type UpdateObject } from 'kysely'
import type { Executor } from './database.js'
import type { Schema, SourceStatus, SourceType } from './schema.js'
import { newRow, toSource, type NewSource, type Source } from './source-row.js'
import { usableSourceIds } from './source-scope.js'

export type { CrawlSettings, NewSource, Source } from './source-row.js'

/** What a list of sources is ordered by; "-" = the greatest first. */
export type SourceSort = 'created_at' | '-created_at' | 'updated_at' | '-updated_at' | 'title' | '-title'

/** Which sources to list. */
export interface SourceFilter {
  orgId: string
  type?: SourceType | undefined
  status?: Exclude<SourceStatus, 'deleting'> | undefined
  /** Found anywhere in title, file name, question or URL; letter case of ASCII ignored. */
  q?: string | undefined
  tag?: string | undefined
  /** Only the pages that this crawl found. */
  parentId?: string | undefined
  /** Only what this assistant uses. */
  assistantId?: string | undefined
  /** Only what all assistants may use, or one of these by name; none named = everything. */
  only?: readonly string[] | undefined
  sort: SourceSort
  limit: number
  offset: number
}

/** What processing learns about a source while it works on it. */
export type SourceProgress = Partial<
  Pick<
    Source,
    | 'status'
    | 'stage'
    | 'error'
    | 'language'
    | 'pages'
    | 'pagesDone'
    | 'passages'
    | 'passagesDone'
    | 'mediaType'
    | 'title'
    | 'summary'
    | 'keywords'
    | 'warnings'
    | 'fetchedAt'
  > & { textVersion: number }
>

/** What the owner of a source may change about it. */
export type SourceChange = Partial<
  Pick<Source, 'title' | 'question' | 'answer' | 'origin' | 'url' | 'tags' | 'refreshHours' | 'nextRefreshAt'>
>

/** What is known of a page that was fetched. */
export interface FetchedFacts {
  storedFile: string
  bytes: number
  sha256: string
  /** The server's Content-Type. */
  fileType: string
  /** What the page would be called as a file; null for an ordinary page. */
  fileName: string | null
  finalUrl: string
  etag: string | null
  lastModified: string | null
  fetchedAt: string
}

export type SourceStore = ReturnType<typeof sourceStore>

/** The `source` and `source_assistant` tables. A source that is being deleted is invisible to all but `anyState`. */
export function sourceStore(db: Executor) {
  const visible = (orgId: string) =>
    db.selectFrom('source').selectAll().where('org_id', '=', orgId).where('status', '!=', 'deleting')

  return {
    /** Writes a pending source and its assistants. Run it in one transaction with `jobStore.enqueue`. */
    async create(given: NewSource): Promise<Source> {
      const row = newRow(given)
      await db.insertInto('source').values(row).execute()
      const links = [...new Set(given.assistantIds)].map((id) => ({ source_id: row.id, assistant_id: id }))
      if (links.length > 0) await db.insertInto('source_assistant').values(links).execute()
      return toSource(row)
    },

    /** The source, or undefined when it is another organization's, being deleted, or does not exist. */
    async find(orgId: string, id: string): Promise<Source | undefined> {
      const row = await visible(orgId).where('id', '=', id).executeTakeFirst()
      return row && toSource(row)
    },

    /** For processing: the source whoever owns it and whatever its status. */
    async anyState(id: string): Promise<Source | undefined> {
      const row = await db.selectFrom('source').selectAll().where('id', '=', id).executeTakeFirst()
      return row && toSource(row)
    },

    /** The source that holds the same bytes under the same title, when there is one. */
    async findSame(orgId: string, sha256: string, title: string): Promise<Source | undefined> {
      const row = await visible(orgId)
        .where('sha256', '=', sha256)
        .where('title', '=', title)
        .orderBy('created_at')
        .executeTakeFirst()
      return row && toSource(row)
    },

    /**
     * The source of the same URL, when there is one; with `title`, also of that title. A crawl is no single page, and the
     * pages it found are its own.
     */
    async findSameUrl(
      orgId: string,
      url: string,
      title: string | undefined,
      isCrawl = false,
    ): Promise<Source | undefined> {
      const row = await visible(orgId)
        .where('type', '=', 'url')
        .where('url', '=', url)
        .where('parent_id', 'is', null)
        .where('crawl', isCrawl ? 'is not' : 'is', null)
        .$if(title !== undefined, (query) => query.where('title', '=', title ?? ''))
        .orderBy('created_at')
        .executeTakeFirst()
      return row && toSource(row)
    },

    /** One page of the organization's sources, and how many there are in all. */
    async list(filter: SourceFilter): Promise<{ rows: Source[]; total: number }> {
      let query = visible(filter.orgId)
      if (filter.type !== undefined) query = query.where('type', '=', filter.type)
      if (filter.status !== undefined) query = query.where('status', '=', filter.status)
      if (filter.q !== undefined && filter.q !== '') {
        const pattern = `%${filter.q.replace(/[\\%_]/g, '\\$&')}%`
        const columns = ['title', 'file_name', 'question', 'url'] as const
        query = query.where((eb) =>
          eb.or(columns.map((name) => sql<boolean>`${eb.ref(name)} like ${pattern} escape '\\'`)),
        )
      }
      if (filter.tag !== undefined) {
        query = query.where(
          sql<boolean>`exists (select 1 from json_each(source.tags) t where t.value = ${filter.tag})`,
        )
      }
      if (filter.parentId !== undefined) query = query.where('parent_id', '=', filter.parentId)
      if (filter.assistantId !== undefined)
        query = query.where(usableSourceIds(filter.orgId, filter.assistantId))
      const { only = [] } = filter
      if (only.length > 0) {
        query = query.where((eb) =>
          eb.or([
            eb('everyone', '=', 1),
            eb.exists(
              eb
                .selectFrom('source_assistant')
                .select('source_id')
                .whereRef('source_id', '=', 'source.id')
                .where('assistant_id', 'in', only),
            ),
          ]),
        )
      }
      const { total } = await query
        .clearSelect()
        .select((eb) => eb.fn.countAll<number>().as('total'))
        .executeTakeFirstOrThrow()
      const direction = filter.sort.startsWith('-') ? 'desc' : 'asc'
      const column = filter.sort.replace('-', '') as 'created_at' | 'updated_at' | 'title'
      const rows = await query
        .orderBy(column === 'title' ? sql`title collate nocase` : column, direction)
        .orderBy(sql`source.rowid`, direction)
        .limit(filter.limit)
        .offset(filter.offset)
        .execute()
      return { rows: rows.map(toSource), total }
    },

    /** The assistants each source is reserved to; sources open to everyone are absent from the map. */
    async assistantIds(sourceIds: string[]): Promise<Map<string, string[]>> {
      const links =
        sourceIds.length === 0
          ? []
          : await db
              .selectFrom('source_assistant')
              .selectAll()
              .where('source_id', 'in', sourceIds)
              .orderBy('assistant_id')
              .execute()
      const map = new Map<string, string[]>()
      for (const { source_id, assistant_id } of links) {
        map.set(source_id, [...(map.get(source_id) ?? []), assistant_id])
      }
      return map
    },

    /** Unfinished sources to which no work is owed: the process died between writing and indexing them. */
    async orphans(): Promise<Source[]> {
      const rows = await db
        .selectFrom('source')
        .selectAll()
        .where('status', 'in', ['pending', 'processing', 'deleting'])
        .where((eb) =>
          eb.not(
            eb.exists(
              eb.selectFrom('job').select('job.source_id').whereRef('job.source_id', '=', 'source.id'),
            ),
          ),
        )
        .execute()
      return rows.map(toSource)
    },

    /** A ready source whose passages were made by another version of the program, and to which no work is owed. */
    async outdated(textVersion: number, except: readonly string[] = []): Promise<Source | undefined> {
      const row = await db
        .selectFrom('source')
        .selectAll()
        .where((eb) => eb.or([eb('text_version', '<', textVersion), eb('text_version', '>', textVersion)]))
        .where('status', '=', 'ready')
        .where('id', 'not in', [...except, ''])
        .where((eb) =>
          eb.not(
            eb.exists(
              eb.selectFrom('job').select('job.source_id').whereRef('job.source_id', '=', 'source.id'),
            ),
          ),
        )
        .limit(1)
        .executeTakeFirst()
      return row && toSource(row)
    },

    /** The names in the uploads folder that some source holds, also one that is being deleted. */
    async storedFiles(): Promise<Set<string>> {
      const rows = await db
        .selectFrom('source')
        .select('stored_file')
        .where('stored_file', 'is not', null)
        .execute()
      return new Set(rows.flatMap(({ stored_file: name }) => name ?? []))
    },

    /** Saves progress. Does nothing once the source is being deleted; answers whether it did. */
    progress: (id: string, changes: SourceProgress): Promise<boolean> =>
      update(db, id, {
        ...defined({
          status: changes.status,
          stage: changes.stage,
          error: changes.error,
          language: changes.language,
          pages: changes.pages,
          pages_done: changes.pagesDone,
          passages: changes.passages,
          passages_done: changes.passagesDone,
          media_type: changes.mediaType,
          title: changes.title,
          summary: changes.summary,
          keywords: changes.keywords && JSON.stringify(changes.keywords),
          fetched_at: changes.fetchedAt,
          text_version: changes.textVersion,
          warnings: changes.warnings && JSON.stringify(changes.warnings),
        }),
      }),

    /** Changes what its owner may change. Does nothing once the source is being deleted; answers whether it did. */
    change: (id: string, changes: SourceChange): Promise<boolean> =>
      update(db, id, {
        ...defined({
          title: changes.title,
          question: changes.question,
          answer: changes.answer,
          origin: changes.origin,
          url: changes.url,
          tags: changes.tags && JSON.stringify(changes.tags),
          refresh_hours: changes.refreshHours,
          next_refresh_at: changes.nextRefreshAt,
        }),
        ...(changes.title === undefined ? {} : { titled_by_page: 0 }),
        // What was said of another page says nothing of this one.
        ...(changes.url === undefined ? {} : { etag: null, last_modified: null, final_url: null }),
      }),

    /** Reserves the source to these assistants; to none of them = opens it to all. */
    async assign(id: string, assistantIds: string[]): Promise<void> {
      await db.deleteFrom('source_assistant').where('source_id', '=', id).execute()
      const links = [...new Set(assistantIds)].map((assistant) => ({
        source_id: id,
        assistant_id: assistant,
      }))
      if (links.length > 0) await db.insertInto('source_assistant').values(links).execute()
      await update(db, id, { everyone: links.length === 0 ? 1 : 0 })
    },

    /** Notes what was fetched, in place of what was fetched before. Answers false once it is being deleted. */
    fetched: (id: string, page: FetchedFacts): Promise<boolean> =>
      update(db, id, {
        stored_file: page.storedFile,
        bytes: page.bytes,
        sha256: page.sha256,
        file_type: page.fileType,
        file_name: page.fileName,
        final_url: page.finalUrl,
        etag: page.etag,
        last_modified: page.lastModified,
        fetched_at: page.fetchedAt,
      }),

    /** Forgets what its server said of the page, so that it is read anew whatever that says. */
    forgetFetched: (id: string): Promise<boolean> =>
      update(db, id, { etag: null, last_modified: null, sha256: null }),

    /** Moves to a status; `error` is kept only with `failed`. With `ready`, the newest version of its passages is live. */
    setStatus: (id: string, status: Exclude<SourceStatus, 'deleting'>, error?: string): Promise<boolean> =>
      update(db, id, {
        status,
        error: status === 'failed' ? (error ?? 'Processing failed.') : null,
        ...(status === 'ready' || status === 'pending' ? { stage: null } : {}),
        ...(status === 'ready' && {
          live_version: sql<number>`coalesce((select max(p.version) from passage p where p.source_id = ${id}), 1)`,
        }),
      }),

    /** Lets searches find this version of the source's passages, and no other. Answers false once it is being deleted. */
    goLive: (id: string, version: number): Promise<boolean> => update(db, id, { live_version: version }),

    /** Hides the source for good; answers false when there was nothing to hide. */
    async markDeleting(orgId: string, id: string): Promise<boolean> {
      const row = await visible(orgId).clearSelect().select('id').where('id', '=', id).executeTakeFirst()
      return row !== undefined && (await update(db, id, { status: 'deleting' }))
    },

    /** Removes the row; its passages must be gone. */
    async remove(id: string): Promise<void> {
      await db.deleteFrom('source').where('id', '=', id).execute()
    },
  }
}

async function update(
  db: Executor,
  id: string,
  changes: UpdateObject<Schema, 'source', 'source'>,
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('source')
    .set({ ...changes, updated_at: new Date().toISOString() })
    .where('id', '=', id)
    .where('status', '!=', 'deleting')
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> }

/** Without the keys whose value is undefined, which in SQL would mean "unchanged" anyway. */
function defined<T extends object>(given: T): Defined<T> {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Defined<T>
}
