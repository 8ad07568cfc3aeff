import type { SourceEvent } from '../../contract/knowledge.js'
import { AppError } from '../../errors.js'
import type { Database } from '../../store/database.js'
import { sourceStore } from '../../store/sources.js'

/** Readers at once, of one organization and in all. */
const MAX_OWN_READERS = 20
const MAX_READERS = 200

/** Somebody who watches an organization's sources. */
export interface SourceReader {
  take(event: SourceEvent): void
  /** Nothing more will come. */
  end(): void
}

/** Tells whoever watches how sources stand, as that changes. What nobody watches costs nothing. */
export class SourceEvents {
  readonly #readers = new Map<string, Set<SourceReader>>()
  #count = 0
  #ended = false

  constructor(private readonly db: Database['db']) {}

  /**
   * Adds a reader; call what it gives back when that one leaves.
   * @throws AppError `busy` when there are too many already.
   */
  add(orgId: string, reader: SourceReader): () => void {
    const own = this.#readers.get(orgId) ?? new Set<SourceReader>()
    if (this.#ended) throw new AppError('busy', 'The server is ending.', { retryAfterSeconds: 10 })
    if (own.size >= MAX_OWN_READERS || this.#count >= MAX_READERS) {
      throw new AppError('busy', 'Too many readers watch the processing already.', { retryAfterSeconds: 30 })
    }
    own.add(reader)
    this.#readers.set(orgId, own)
    this.#count += 1
    return () => {
      if (!own.delete(reader)) return
      this.#count -= 1
      if (own.size === 0 && this.#readers.get(orgId) === own) this.#readers.delete(orgId)
    }
  }

  /** The source stands differently than before. Never throws and is not waited for. */
  changed(sourceId: string): void {
    if (this.#count === 0) return
    // What cannot be read now is told with the next change.
    this.#tell(sourceId).catch(() => undefined)
  }

  /** Ends all readers; nobody is let in any more. */
  end(): void {
    this.#ended = true
    for (const readers of this.#readers.values()) for (const reader of [...readers]) reader.end()
  }

  async #tell(sourceId: string): Promise<void> {
    const source = await sourceStore(this.db).anyState(sourceId)
    if (source === undefined) return
    const { status } = source
    const event: SourceEvent = {
      type: 'source',
      id: source.id,
      status: status === 'deleting' ? 'deleted' : status,
      stage: source.stage,
      parent_id: source.parentId,
      progress: {
        pages_done: source.pagesDone,
        pages: source.pages,
        passages_done: source.passagesDone,
        passages: source.passages,
      },
      error: source.error,
    }
    for (const reader of [...(this.#readers.get(source.orgId) ?? [])]) reader.take(event)
  }
}
