import { access } from 'node:fs/promises'
import type { Logger } from '../log.js'
import type { EmbedderOptions } from '../retrieval/embedder.js'
import { TEXT_VERSION } from '../retrieval/text-version.js'
import type { Database } from '../store/database.js'
import { prepareIndex } from '../store/index-rebuild.js'
import { isSameEmbedder, readIndexRecord, type IndexEmbedder } from '../store/index-record.js'
import { jobStore } from '../store/jobs.js'
import { sourceStore, type Source } from '../store/sources.js'
import { uploadPath } from '../store/upload-file.js'
import { hasWordsToForget, tidyWords } from '../store/word-tidying.js'
import { IndexRebuild, type RebuildProgress } from './index-rebuild.js'
import { Indexer } from './indexer.js'
import { PassageWriter } from './passage-writer.js'

interface KeeperParts {
  database: Database
  log: Logger
  uploadsDir: string
  /** URL of the module whose `loadEmbedder` makes the embedder. */
  module: string
  /** Asks for `step` to be called. */
  wake: () => void
}

const TIDY_EVERY_MS = 10 * 60_000

/** An embedder that was started, and what it is. */
interface Started {
  indexer: Indexer
  embedder: IndexEmbedder
}

/**
 * Keeps the index that of the embedder in use and of this version of the program: in the background, when no source waits, and
 * without a moment in which less is found than before.
 */
export class IndexKeeper {
  readonly #parts: KeeperParts
  readonly #wanted: Started
  readonly #rebuild: IndexRebuild
  /** Writes what is ingested meanwhile; after a swap, that of the wanted embedder. */
  #writer: PassageWriter
  #tidied = 0
  #later: NodeJS.Timeout | undefined

  private constructor(parts: KeeperParts, wanted: Started, writing: Started) {
    this.#parts = parts
    this.#wanted = wanted
    this.#rebuild = new IndexRebuild(parts.database, wanted.indexer, wanted.embedder, parts.log)
    this.#writer = this.#writerOf(writing)
  }

  /**
   * Loads the embedder, and the earlier one when the index is still its. Call before any job runs.
   * @throws Error when the embedder cannot be loaded.
   */
  static async open(
    parts: KeeperParts,
    wanted: EmbedderOptions,
    earlier: EmbedderOptions | undefined,
  ): Promise<IndexKeeper> {
    const { database, log } = parts
    const indexer = new Indexer(wanted, parts.module, log)
    try {
      const embedder = await indexer.describe()
      const found = await database.db
        .transaction()
        .execute(() => Promise.resolve(prepareIndex(database.connection, embedder)))
      const started = { indexer, embedder }
      const former = found === 'rebuilding' ? await formerOf(parts, earlier) : undefined
      const keeper = new IndexKeeper(parts, started, former ?? started)
      keeper.#rebuild.begin(former !== undefined)
      if (found === 'rebuilding' && former === undefined)
        log.warn(
          'the earlier embedding model is not there any more: until all are embedded anew, words alone find',
        )
      return keeper
    } catch (error) {
      await indexer.close()
      throw error
    }
  }

  /** What writes passages now; ask for it anew each time. */
  get writer(): PassageWriter {
    return this.#writer
  }

  get progress(): RebuildProgress | null {
    return this.#rebuild.progress
  }

  /** One short step of what nobody waits for, when no job does; answers whether there is more. */
  async step(except: readonly string[]): Promise<boolean> {
    if (await this.#oweOutdated(except)) return true
    const step = await this.#rebuild.step()
    if (step === 'swapped') await this.#follow()
    if (step !== 'idle') return true
    return this.#tidy()
  }

  /** Waits for the work under way, then ends the threads. */
  async close(): Promise<void> {
    clearTimeout(this.#later)
    const indexers = new Set([this.#writer.indexer, this.#wanted.indexer])
    await Promise.all([...indexers].map((indexer) => indexer.close()))
  }

  /** It may write the whole word index anew, in short steps: not for each deletion alone. */
  async #tidy(): Promise<boolean> {
    const { db, connection } = this.#parts.database
    if (!hasWordsToForget(connection)) return false
    const dueIn = this.#tidied + TIDY_EVERY_MS - Date.now()
    clearTimeout(this.#later)
    if (dueIn > 0) this.#later = setTimeout(this.#parts.wake, dueIn).unref()
    if (dueIn > 0) return false
    const isMore = await db.transaction().execute(() => Promise.resolve(tidyWords(connection)))
    if (!isMore) this.#tidied = Date.now()
    return isMore
  }

  #writerOf({ indexer, embedder }: Started): PassageWriter {
    const written = (num: number) => {
      this.#rebuild.written(num)
    }
    return new PassageWriter(indexer, embedder, this.#wanted.embedder, written)
  }

  /** The wanted embedder's index is searched now: what comes is written into it. */
  async #follow(): Promise<void> {
    const before = this.#writer.indexer
    this.#writer = this.#writerOf(this.#wanted)
    if (before !== this.#wanted.indexer) await before.close()
  }

  /** A source that another version of the program cut into passages is processed again, if what it was made of is there. */
  async #oweOutdated(except: readonly string[]): Promise<boolean> {
    const { db } = this.#parts.database
    const source = await sourceStore(db).outdated(TEXT_VERSION, except)
    if (source === undefined) return false
    if (await this.#isThere(source)) {
      const { id, orgId } = source
      await jobStore(db).enqueue({ sourceId: id, orgId, task: 'ingest', stage: 'extract', background: true })
    } else await sourceStore(db).progress(source.id, { textVersion: TEXT_VERSION })
    return true
  }

  async #isThere({ type, storedFile }: Source): Promise<boolean> {
    if (type === 'qa') return true
    const path = storedFile === null ? undefined : uploadPath(this.#parts.uploadsDir, storedFile)
    return (
      path !== undefined &&
      access(path).then(
        () => true,
        () => false,
      )
    )
  }
}

/** The embedder whose vectors are searched, if its files are there still. */
async function formerOf(
  { module, log, database }: KeeperParts,
  options: EmbedderOptions | undefined,
): Promise<Started | undefined> {
  const live = readIndexRecord(database.connection)?.live.embedder
  if (options === undefined || live === undefined) return undefined
  const indexer = new Indexer(options, module, log)
  try {
    const embedder = await indexer.describe()
    if (isSameEmbedder(embedder, live)) return { indexer, embedder }
  } catch (error) {
    log.warn({ err: error }, 'the earlier embedding model cannot be loaded')
  }
  await indexer.close()
  return undefined
}
