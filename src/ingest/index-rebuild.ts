import type { Logger } from '../log.js'
import type { Database } from '../store/database.js'
import {
  countVectors,
  emptySlot,
  openSlot,
  storeVectors,
  swapSlots,
  unembedded,
} from '../store/index-rebuild.js'
import {
  isSameEmbedder,
  readIndexRecord,
  type IndexEmbedder,
  type IndexRecord,
} from '../store/index-record.js'
import type { Indexer } from './indexer.js'
import { textHash } from './passage-writer.js'

/** How far the vectors of another embedder are. */
export interface RebuildProgress {
  /** Whose vectors are searched meanwhile. */
  from: IndexEmbedder
  to: IndexEmbedder
  /** Whether questions can be compared with those; words alone find where not. */
  isSearched: boolean
  /** Passages that have the new vector, of so many. */
  done: number
  total: number
}

const EMBED_BATCH = 12
const EMPTY_BATCH = 200
const TELL_EVERY_MS = 60_000

/**
 * Embeds all passages with another embedder, beside the vectors that are searched, and swaps the two in one transaction once no
 * passage is missing. Every batch is stored, so that a killed process goes on where it was.
 */
export class IndexRebuild {
  #after = 0
  #emptied = 0
  #lastTold = 0
  #progress: RebuildProgress | null = null

  constructor(
    private readonly database: Database,
    private readonly indexer: Indexer,
    private readonly wanted: IndexEmbedder,
    private readonly log: Logger,
  ) {}

  /** Null when the index is the wanted embedder's. */
  get progress(): RebuildProgress | null {
    return this.#progress
  }

  /**
   * Counts what there is to do.
   * @param isSearched whether the embedder of the index as it is now is there.
   */
  begin(isSearched: boolean): void {
    const record = readIndexRecord(this.database.connection)
    if (record === undefined || isSameEmbedder(record.live.embedder, this.wanted)) return
    const slot = record.live.slot === 0 ? 1 : 0
    const counted = countVectors(this.database.connection, slot)
    const done = record.building === null ? 0 : counted.done
    this.#progress = { from: record.live.embedder, to: this.wanted, isSearched, total: counted.total, done }
    this.log.info(
      { from: record.live.embedder.id, to: this.wanted.id, done, passages: counted.total },
      'another embedding model: all passages are embedded anew in the background',
    )
  }

  /** A passage was indexed meanwhile: it may need a vector of the wanted embedder too. */
  written(num: number): void {
    this.#after = Math.min(this.#after, num - 1)
  }

  /** One short step. `swapped`: the wanted embedder's vectors are searched from now on; `idle`: there is nothing left to do. */
  async step(): Promise<'more' | 'swapped' | 'idle'> {
    const { connection } = this.database
    const record = readIndexRecord(connection)
    if (record === undefined) return 'idle'
    if (record.spoiled !== null) return this.#empty(record)
    if (isSameEmbedder(record.live.embedder, this.wanted)) return 'idle'
    if (record.building === null) {
      await this.#atOnce(() => {
        openSlot(connection, record, this.wanted)
      })
      return 'more'
    }
    return this.#embed(record.building.slot)
  }

  async #empty(record: IndexRecord): Promise<'more'> {
    const after = await this.#atOnce(() =>
      emptySlot(this.database.connection, record, this.#emptied, EMPTY_BATCH),
    )
    this.#emptied = after ?? 0
    return 'more'
  }

  async #embed(slot: 0 | 1): Promise<'more' | 'swapped'> {
    const { connection } = this.database
    const { missing, next } = unembedded(connection, slot, this.#after, EMBED_BATCH)
    if (missing.length === 0 && next === undefined) {
      if (await this.#swap()) return 'swapped'
      return 'more'
    }
    const began = this.#after
    this.#after = next ?? missing.at(-1)?.num ?? began
    if (missing.length === 0) return 'more'
    try {
      const indexed = await this.indexer.index(missing)
      const vectors = indexed.flatMap(({ vector }, at) => {
        const passage = missing[at]
        return passage && vector
          ? [{ num: passage.num, vector, textHash: textHash(passage), heading: indexed[at]?.heading }]
          : []
      })
      await this.#atOnce(() => {
        storeVectors(connection, slot, vectors)
      })
    } catch (error) {
      this.#after = Math.min(this.#after, began)
      throw error
    }
    this.#tell(missing.length)
    return 'more'
  }

  async #swap(): Promise<boolean> {
    const { connection } = this.database
    const isSwapped = await this.#atOnce(() => {
      const record = readIndexRecord(connection)
      if (record === undefined || record.building === null) return false
      // Whatever was indexed while this waited for its turn has moved the mark back.
      const { missing, next } = unembedded(connection, record.building.slot, this.#after, 1)
      if (missing.length > 0 || next !== undefined) return false
      swapSlots(connection)
      return true
    })
    if (!isSwapped) return false
    this.log.info({ model: this.wanted.id }, 'the new embedding model is searched from now on')
    this.#progress = null
    this.#after = 0
    return true
  }

  #tell(embedded: number): void {
    if (this.#progress === null) return
    const done = this.#progress.done + embedded
    this.#progress = { ...this.#progress, done, total: Math.max(done, this.#progress.total) }
    if (Date.now() - this.#lastTold < TELL_EVERY_MS) return
    this.#lastTold = Date.now()
    this.log.info({ done, passages: this.#progress.total }, 'embedding passages anew')
  }

  /** In a transaction of its own, in turn with those of requests. */
  #atOnce<T>(work: () => T): Promise<T> {
    return this.database.db.transaction().execute(() => Promise.resolve(work()))
  }
}
