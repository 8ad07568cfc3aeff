import { rename, rm } from 'node:fs/promises'
import type { Page } from '../../contract/common.js'
import type {
  KnowledgeHit,
  KnowledgeSearch,
  KnowledgeSource,
  NewFile,
  NewQa,
  NewUrl,
  Reprocessing,
  SourcePatch,
  SourceQuery,
  WidgetHit,
  WidgetSearch,
} from '../../contract/knowledge.js'
import { AppError, notFound } from '../../errors.js'
import type { Retriever } from '../../retrieval/retriever.js'
import type { Database, Executor } from '../../store/database.js'
import { crawlStore } from '../../store/crawls.js'
import { jobStore } from '../../store/jobs.js'
import { sourceStore, type Source } from '../../store/sources.js'
import { uploadPath } from '../../store/upload-file.js'
import type { Assistants } from '../assistants/assistants.js'
import type { Caller } from '../auth/caller.js'
import { requireSearch } from '../readiness.js'
import { changeSource, reprocessSource } from './change-source.js'
import type { IngestPort } from './ingest-port.js'
import { presentHit, presentSource } from './present.js'
import { SourceEvents } from './source-events.js'
import { assistantsFor, requireChangeable, requireOwnAssistants, requireVisible } from './narrowing.js'
import { baseName, fileHash, type Upload } from './upload.js'
import { findSamePage, newPage, removeSource } from './web-pages.js'
import { searchFromWidget } from './widget-search.js'

const DEFAULT_HITS = 10

export interface KnowledgeParts {
  db: Database['db']
  assistants: Assistants
  retriever: Retriever
  ingest: IngestPort
  uploadsDir: string
  /** Hours between two times that a page is fetched, where its giver says nothing; null = never. */
  refreshHours?: number | null
}

/** What an organization has taught its assistants: files, Q&A pairs and web pages. */
export class Knowledge {
  readonly events: SourceEvents

  constructor(private readonly parts: KnowledgeParts) {
    this.events = new SourceEvents(parts.db)
    parts.ingest.watch?.((sourceId) => {
      this.events.changed(sourceId)
    })
  }

  /** @throws AppError `invalid_input` for an assistant that does not exist. */
  async list(caller: Caller, query: SourceQuery): Promise<Page<KnowledgeSource>> {
    const store = sourceStore(this.parts.db)
    const { orgId } = caller
    const { assistant_id: assistantId, parent_id: parentId, ...filter } = query
    if (assistantId !== undefined) await this.requireAssistants(caller, [assistantId], 'assistant_id')
    const narrowed = { orgId, assistantId, parentId, only: caller.assistantIds }
    const { rows, total } = await store.list({ ...narrowed, ...filter })
    return { rows: await this.presentAll(rows), total }
  }

  /** @throws AppError `not_found`, also when it is of another type than the path says. */
  async get(caller: Caller, id: string, type?: Source['type']): Promise<KnowledgeSource> {
    return this.present(await this.require(caller, id, type))
  }

  /**
   * Stores a pair that is found as soon as this resolves.
   * @throws AppError `invalid_input` for assistants that do not exist, `not_ready` while nothing can be embedded,
   * `busy` when too many pairs wait. Nothing is stored then, so that the sender's next try is the only one.
   */
  async addQa(caller: Caller, given: NewQa): Promise<KnowledgeSource> {
    const { orgId } = caller
    const assistantIds = assistantsFor(caller, given.assistant_ids)
    await this.parts.assistants.requireAll(orgId, assistantIds ?? [])
    await requireSearch(this.parts.retriever)
    const source = await this.parts.db.transaction().execute((tx) =>
      sourceStore(tx).create({
        orgId,
        type: 'qa',
        title: given.question,
        question: given.question,
        answer: given.answer,
        tags: given.tags,
        origin: given.source,
        assistantIds,
      }),
    )
    try {
      await this.parts.ingest.indexQa(source.id)
    } catch (error) {
      await sourceStore(this.parts.db).remove(source.id)
      throw error
    }
    return this.get(caller, source.id)
  }

  /**
   * Takes an upload over for processing. The same bytes under the same title are kept once: the answer is
   * then the source already held, processed anew if that failed before. Whatever goes wrong, no file is left behind.
   * @throws AppError `invalid_input` from `fields`, for an empty file, or for assistants that do not exist;
   * `conflict` when it is already held for other assistants.
   */
  async addFile(
    caller: Caller,
    upload: Upload,
    fields: () => NewFile,
  ): Promise<{ source: KnowledgeSource; isNew: boolean }> {
    const path = uploadPath(this.parts.uploadsDir, upload.name)
    if (path === undefined) throw new Error(`No upload is called "${upload.name}".`)
    try {
      const { source, isNew } = await this.storeFile(caller, upload, path, fields())
      if (isNew) this.parts.ingest.wake()
      else await rm(path, { force: true })
      return { source: await this.present(source), isNew }
    } catch (error) {
      await rm(path, { force: true })
      throw error
    }
  }

  private async storeFile(caller: Caller, upload: Upload, path: string, given: NewFile) {
    if (upload.bytes === 0) {
      throw new AppError('invalid_input', 'The file is empty.', {
        fields: [{ path: 'file', message: 'The file is empty.' }],
      })
    }
    const { orgId } = caller
    const assistantIds = assistantsFor(caller, given.assistant_ids)
    await this.parts.assistants.requireAll(orgId, assistantIds ?? [])
    const sha256 = await fileHash(path)
    const fileName = baseName(upload.originalName)
    const title = given.title === undefined || given.title.trim() === '' ? fileName : given.title.trim()
    return this.parts.db.transaction().execute(async (tx) => {
      const same = await sourceStore(tx).findSame(orgId, sha256, title)
      if (same !== undefined) {
        await this.refuseForOthers(tx, caller, same, assistantIds ?? [])
        return this.again(tx, same, path)
      }
      const source = await sourceStore(tx).create({
        orgId,
        type: 'file',
        title,
        fileName,
        fileType: given.file_type,
        bytes: upload.bytes,
        sha256,
        storedFile: upload.name,
        assistantIds,
      })
      await jobStore(tx).enqueue({ sourceId: source.id, orgId, task: 'ingest', stage: 'extract' })
      return { source, isNew: true }
    })
  }

  /** The same file once more: nothing to do, unless processing it had failed. */
  private async again(tx: Executor, same: Source, path: string) {
    const place = same.storedFile === null ? undefined : uploadPath(this.parts.uploadsDir, same.storedFile)
    if (same.status !== 'failed' || place === undefined) return { source: same, isNew: false }
    // The bytes are the same, but the old file may be what was lost.
    await rename(path, place)
    return this.owedAnew(tx, same, 'extract')
  }

  /**
   * Takes a page of the web over to be fetched, or a site to be crawled from it. The same URL under the same title is
   * kept once: the answer is then the source already held, fetched anew if that failed before.
   * @throws AppError `invalid_input` for assistants that do not exist; `conflict` when it is already held for others.
   */
  async addUrl(caller: Caller, given: NewUrl): Promise<{ source: KnowledgeSource; isNew: boolean }> {
    const { orgId } = caller
    const assistantIds = assistantsFor(caller, given.assistant_ids) ?? []
    await this.parts.assistants.requireAll(orgId, assistantIds)
    const { source, isNew } = await this.parts.db.transaction().execute(async (tx) => {
      const same = await findSamePage(tx, orgId, given)
      if (same !== undefined) {
        await this.refuseForOthers(tx, caller, same, assistantIds)
        return same.status === 'failed' ? this.owedAnew(tx, same, 'fetch') : { source: same, isNew: false }
      }
      const { refreshHours = null } = this.parts
      const made = await sourceStore(tx).create(newPage(orgId, given, assistantIds, refreshHours))
      await jobStore(tx).enqueue({ sourceId: made.id, orgId, task: 'ingest', stage: 'fetch' })
      return { source: made, isNew: true }
    })
    if (isNew) this.parts.ingest.wake()
    return { source: await this.present(source), isNew }
  }

  private async refuseForOthers(
    tx: Executor,
    caller: Caller,
    same: Source,
    assistantIds: string[],
  ): Promise<void> {
    const held = (await sourceStore(tx).assistantIds([same.id])).get(same.id) ?? []
    const asked = new Set(assistantIds)
    const isSame =
      same.everyone === (asked.size === 0) && held.length === asked.size && held.every((id) => asked.has(id))
    if (isSame) return
    const what = same.type === 'url' ? 'page' : 'file'
    throw new AppError(
      'conflict',
      caller.assistantIds.length > 0
        ? `This ${what} is already held for other assistants; somebody whose key is not narrowed can share it with yours.`
        : `This ${what} is already held as knowledge source "${same.id}" for other assistants; delete that source first.`,
    )
  }

  private async owedAnew(tx: Executor, same: Source, stage: 'fetch' | 'extract') {
    await sourceStore(tx).setStatus(same.id, 'pending')
    await jobStore(tx).enqueue({ sourceId: same.id, orgId: same.orgId, task: 'ingest', stage })
    return { source: (await sourceStore(tx).find(same.orgId, same.id)) ?? same, isNew: true }
  }

  /** As changeSource says. @throws AppError also `invalid_input` for assistants that do not exist. */
  async patch(
    caller: Caller,
    id: string,
    patch: SourcePatch,
    type?: Source['type'],
  ): Promise<KnowledgeSource> {
    const source = await this.requireOwn(caller, id, type)
    const assistant_ids = patch.assistant_ids && assistantsFor(caller, patch.assistant_ids)
    await this.parts.assistants.requireAll(caller.orgId, assistant_ids ?? [])
    await changeSource(this.parts, source, { ...patch, assistant_ids })
    this.events.changed(id)
    return this.get(caller, id)
  }

  /** As reprocessSource says. */
  async reprocess(
    caller: Caller,
    id: string,
    type: Source['type'],
    given: Reprocessing = {},
  ): Promise<KnowledgeSource> {
    await reprocessSource(this.parts, await this.requireOwn(caller, id, type), given.from)
    this.events.changed(id)
    return this.get(caller, id)
  }

  /**
   * Hides the source at once, and with a crawl all the pages that it found; passages, vectors and files are removed in
   * the background.
   */
  async remove(caller: Caller, id: string, type?: Source['type']): Promise<void> {
    const source = await this.requireOwn(caller, id, type)
    const hidden = await this.parts.db.transaction().execute((tx) => removeSource(tx, source))
    if (hidden.length === 0) throw notFound('knowledge source', id)
    for (const gone of hidden) this.events.changed(gone)
    this.parts.ingest.wake()
  }

  /**
   * The very search that answers use. A client narrowed to one assistant searches what that one uses.
   * @throws AppError `invalid_input` for an assistant that does not exist, or when one of several has to be named.
   */
  async search(
    caller: Caller,
    { query, assistant_id: named, limit }: KnowledgeSearch,
  ): Promise<KnowledgeHit[]> {
    const { orgId } = caller
    const assistantId = named ?? this.onlyAssistant(caller)
    if (assistantId !== undefined) await this.requireAssistants(caller, [assistantId], 'assistant_id')
    await requireSearch(this.parts.retriever)
    const hits = await this.parts.retriever.search({ orgId, assistantId }, query, limit ?? DEFAULT_HITS)
    return hits.map(presentHit)
  }

  /** As searchFromWidget says. */
  searchFromWidget(caller: Caller, query: WidgetSearch): Promise<WidgetHit[]> {
    return searchFromWidget(this.parts, caller, query)
  }

  private async require(caller: Caller, id: string, type: Source['type'] | undefined): Promise<Source> {
    const source = await sourceStore(this.parts.db).find(caller.orgId, id)
    if (source === undefined || (type !== undefined && source.type !== type))
      throw notFound('knowledge source', id)
    await requireVisible(this.parts.db, caller, source)
    return source
  }

  private async requireOwn(caller: Caller, id: string, type: Source['type'] | undefined): Promise<Source> {
    const source = await this.require(caller, id, type)
    await requireChangeable(this.parts.db, caller, source)
    return source
  }

  private async requireAssistants(caller: Caller, ids: string[], path: string): Promise<void> {
    requireOwnAssistants(caller, ids, path)
    await this.parts.assistants.requireAll(caller.orgId, ids, path)
  }

  private onlyAssistant({ assistantIds }: Caller): string | undefined {
    if (assistantIds.length < 2) return assistantIds[0]
    const message = 'is required of a key that is narrowed to several assistants.'
    throw new AppError('invalid_input', `assistant_id ${message}`, {
      fields: [{ path: 'assistant_id', message }],
    })
  }

  private async present(source: Source): Promise<KnowledgeSource> {
    const [presented] = await this.presentAll([source])
    if (presented === undefined) throw notFound('knowledge source', source.id)
    return presented
  }

  private async presentAll(sources: Source[]): Promise<KnowledgeSource[]> {
    const { db } = this.parts
    const assistants = await sourceStore(db).assistantIds(sources.map(({ id }) => id))
    const crawls = await crawlStore(db).progress(sources)
    return sources.map((source) =>
      presentSource(source, assistants.get(source.id) ?? [], crawls.get(source.id)),
    )
  }
}
