import { statfs } from 'node:fs/promises'
import type { BackupHealth, Health, HealthDetails } from '../contract/health.js'
import type { ChatEngine } from '../inference/engine.js'

/** The state of search: set by whoever starts it. */
export interface RetrievalState {
  state: 'loading' | 'ready' | 'failed'
  /** The embedding model's id. */
  model: string | null
  /** What went wrong, and what to do about it. */
  detail: string | null
}

/** Vectors of another embedding model that are being made. */
export interface IndexProgress {
  from: { id: string }
  /** Whether the vectors there are can be searched meanwhile; words alone find where not. */
  isSearched: boolean
  done: number
  total: number
}

/** What the appliance says of its own condition. */
export class HealthReport {
  constructor(
    private readonly version: string,
    private readonly dataDir: string,
    private readonly engine: ChatEngine,
    private readonly retrieval: () => RetrievalState,
    private readonly backup: () => BackupHealth | null,
    private readonly rebuilding: () => IndexProgress | null = () => null,
  ) {}

  /** For anybody: whether it answers. */
  brief(): Health {
    const { state, detail } = this.retrieval()
    return {
      ready: state === 'ready',
      detail: state === 'loading' ? 'Search is still loading its model.' : detail,
      version: this.version,
      chat: { state: this.engine.status().state },
    }
  }

  /** For keys: how it does it. */
  async detailed(): Promise<HealthDetails> {
    const { state, model } = this.retrieval()
    return {
      ...this.brief(),
      chat: { queue: null, restarts: 0, ...this.engine.status() },
      embedding: { model, state, rebuilding: rebuildHealth(this.rebuilding()) },
      node: process.version,
      uptime_seconds: Math.floor(process.uptime()),
      memory_bytes: process.memoryUsage.rss(),
      disk_free_bytes: await freeBytes(this.dataDir),
      backup: this.backup(),
    }
  }
}

function rebuildHealth(progress: IndexProgress | null): HealthDetails['embedding']['rebuilding'] {
  if (progress === null) return null
  const { from, isSearched, done, total } = progress
  return { from: from.id, search: isSearched ? 'earlier_vectors' : 'words', done, total }
}

async function freeBytes(dir: string): Promise<number | null> {
  try {
    const { bavail, bsize } = await statfs(dir)
    return bavail * bsize
  } catch {
    return null
  }
}
