import type { SourceChange } from '../../store/sources.js'

/** What knowledge needs of ingestion, which it never calls by name. */
export interface IngestPort {
  /** There is a new job. */
  wake(): void
  /** Embeds and indexes a stored Q&A pair; once it resolves, the pair is found, as `change` makes it. */
  indexQa(sourceId: string, change?: SourceChange): Promise<void>
  /** Tells of every source that stands differently than before. */
  watch?(told: (sourceId: string) => void): () => void
}
