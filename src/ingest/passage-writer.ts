import { createHash } from 'node:crypto'
import { embeddedText, type IndexableText } from '../retrieval/index-text.js'
import type { Connection } from '../store/database.js'
import { copyVector, vectorsByText } from '../store/index-rebuild.js'
import { readIndexRecord, slotOf, type IndexEmbedder } from '../store/index-record.js'
import { passageIndex } from '../store/passage-index.js'
import type { Indexed } from './index-worker.js'
import type { Indexer } from './indexer.js'

/** A passage that has a row, to be indexed. */
export type ToIndex = IndexableText & { num: number; orgId: string; language: string | null }

/** The index is another embedder's since the vectors were made. */
export class StaleEmbedder extends Error {
  override readonly name = 'StaleEmbedder'
}

/** Vectors of a source that need not be made again, by the hash of what was embedded. */
export type KnownVectors = ReadonlyMap<string, number>

/** Prepares passages with one embedder, and writes what the index is given for them. */
export class PassageWriter {
  /** @param wanted the embedder whose vectors the index is to hold in the end. */
  constructor(
    readonly indexer: Indexer,
    readonly embedder: IndexEmbedder,
    private readonly wanted: IndexEmbedder,
    private readonly written: (num: number) => void,
  ) {}

  /** The vectors that the source's passages have already. */
  known(connection: Connection, sourceId: string): KnownVectors {
    const slot = slotOf(readIndexRecord(connection), this.embedder)
    return slot === undefined ? new Map() : vectorsByText(connection, sourceId, slot)
  }

  /** Words and vectors of passages, in order; without the vectors that are known. */
  index(passages: readonly (IndexableText & { language: string | null })[], known: KnownVectors) {
    return this.indexer.index(
      passages.map((passage) => ({ ...passage, hasVector: known.has(keyOf(textHash(passage))) })),
    )
  }

  /**
   * Writes words and vectors, in the transaction around it.
   * @throws StaleEmbedder when the index is another's by now; make them anew then.
   */
  write(
    connection: Connection,
    passages: readonly ToIndex[],
    indexed: readonly Indexed[],
    known: KnownVectors = new Map(),
  ): void {
    const record = readIndexRecord(connection)
    const slot = slotOf(record, this.embedder)
    if (slot === undefined && this.embedder !== this.wanted) throw new StaleEmbedder()
    indexed.forEach((entry, at) => {
      const passage = passages[at]
      if (passage === undefined) return
      const { num, orgId } = passage
      const hash = textHash(passage)
      const vector = slot === undefined ? null : entry.vector
      passageIndex(connection).insert({
        ...{
          num,
          orgId,
          title: entry.title,
          body: entry.body,
          vector,
          textHash: hash,
          heading: entry.heading,
        },
        ...(slot !== undefined && { slot }),
      })
      const same = known.get(keyOf(hash))
      if (slot !== undefined && entry.vector === null && same !== undefined)
        if (!copyVector(connection, same, num, slot)) throw new StaleEmbedder()
      this.written(num)
    })
  }
}

/** SHA-256 of what is embedded of a passage. */
export function textHash(passage: IndexableText): Buffer {
  return createHash('sha256').update(embeddedText(passage)).digest()
}

function keyOf(hash: Buffer): string {
  return hash.toString('hex').toUpperCase()
}
