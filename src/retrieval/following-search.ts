import type { Connection } from '../store/database.js'
import { isSameEmbedder, readIndexRecord, type IndexEmbedder } from '../store/index-record.js'
import { passageCandidates } from '../store/passage-candidates.js'
import { loadEmbedder, type Embedder, type EmbedderOptions } from './embedder.js'
import { PassageSearch } from './search.js'

/** A search of the index as it is now. */
export interface CurrentSearch {
  search: PassageSearch
  /** Turns questions into vectors. */
  embedder: Embedder
}

type Load = (options: EmbedderOptions) => Promise<Embedder>

/**
 * Searches with the embedder whose vectors are searched, from one question to the next: while those of another are being made,
 * that is the earlier one; when its files are gone, words alone find until then.
 */
export class FollowingSearch {
  #current: { search: PassageSearch; embedder: Embedder; of: string } | undefined
  /** Of what is loaded beside the wanted embedder. */
  #earlier: Embedder | undefined

  private constructor(
    private readonly connection: Connection,
    private readonly wanted: Embedder,
    private readonly options: EmbedderOptions | undefined,
    private readonly load: Load,
  ) {}

  /**
   * Loads what is needed to search, vectors included, so that the first question does not wait for it.
   * @throws Error when the wanted embedder cannot be loaded.
   */
  static async start(
    connection: Connection,
    wanted: EmbedderOptions,
    earlier: EmbedderOptions | undefined,
    load: Load = loadEmbedder,
  ): Promise<FollowingSearch> {
    const following = new FollowingSearch(connection, await load(wanted), earlier, load)
    await following.current()
    return following
  }

  /** Ask for it anew with each question. */
  async current(): Promise<CurrentSearch> {
    const live = readIndexRecord(this.connection)?.live.embedder
    const of = JSON.stringify(live)
    if (this.#current?.of === of) return this.#current
    const embedder = live === undefined ? undefined : await this.#embedderOf(live)
    const candidates = passageCandidates(this.connection, embedder === undefined ? null : known(embedder))
    candidates.warm()
    const using = embedder ?? this.wanted
    this.#current = { search: new PassageSearch(this.connection, using, candidates), embedder: using, of }
    if (using === this.wanted) await this.#dropEarlier()
    return this.#current
  }

  async #embedderOf(live: IndexEmbedder): Promise<Embedder | undefined> {
    if (isSameEmbedder(live, known(this.wanted))) return this.wanted
    if (this.options === undefined) return undefined
    this.#earlier ??= await this.load(this.options).catch(() => undefined)
    return this.#earlier !== undefined && isSameEmbedder(live, known(this.#earlier))
      ? this.#earlier
      : undefined
  }

  async #dropEarlier(): Promise<void> {
    const earlier = this.#earlier
    this.#earlier = undefined
    await earlier?.dispose()
  }
}

function known({ id, dimension, hash }: Embedder): IndexEmbedder {
  return { id, dimension, hash: hash ?? null }
}
