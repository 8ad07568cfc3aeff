import { Counter, Histogram, type Registry } from 'prom-client'

/** Shown from the start, so that the first of a kind counts as one more. */
const TYPES = ['file', 'qa', 'url']
const STAGES = ['fetch', 'extract', 'chunk', 'embed', 'index']
const SECONDS = [0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 600, 1800]

/** Counts what becomes of uploads and stored pairs. */
export class IngestionMetrics {
  readonly #sources
  readonly #pages
  readonly #passages
  readonly #failures
  readonly #stageSeconds

  constructor(registry: Registry) {
    const registers = [registry]
    this.#sources = new Counter({
      name: 'guichet_ingested_sources_total',
      help: 'Sources that became findable, by type.',
      labelNames: ['type'],
      registers,
    })
    this.#pages = new Counter({
      name: 'guichet_ingested_pages_total',
      help: 'Pages whose text was extracted, of formats that have pages.',
      registers,
    })
    this.#passages = new Counter({
      name: 'guichet_ingested_passages_total',
      help: 'Passages that were embedded.',
      registers,
    })
    this.#failures = new Counter({
      name: 'guichet_ingestion_failures_total',
      help: 'Sources that could not be processed, by the stage they were in.',
      labelNames: ['stage'],
      registers,
    })
    this.#stageSeconds = new Histogram({
      name: 'guichet_ingestion_stage_duration_seconds',
      help: 'How long finished stages took.',
      labelNames: ['stage'],
      buckets: SECONDS,
      registers,
    })
    for (const type of TYPES) this.#sources.inc({ type }, 0)
    for (const stage of STAGES) this.#failures.inc({ stage }, 0)
  }

  /** A source can be found. */
  finished(type: string): void {
    this.#sources.inc({ type })
  }

  pages(count: number): void {
    this.#pages.inc(count)
  }

  passages(count: number): void {
    this.#passages.inc(count)
  }

  failed(stage: string): void {
    this.#failures.inc({ stage })
  }

  /** A stage begins; answers what to call when it has come to its end. */
  stage(stage: string): () => void {
    const since = performance.now()
    return () => {
      this.#stageSeconds.observe({ stage }, (performance.now() - since) / 1000)
    }
  }
}
