import type { Logger } from '../log.js'
import type { Database } from '../store/database.js'
import { refreshStore } from '../store/refreshes.js'

/** Pages that are owed fetching in one step. */
const AT_ONCE = 100

export interface RefreshClockOptions {
  database: Database
  log: Logger
  /** How often it is looked at what is due. */
  everyMs: number
  /** Told that something is owed. */
  wake: () => void
}

/** Has pages fetched again when their time comes. What is due while nothing runs is due at the next start. */
export class RefreshClock {
  #timer: NodeJS.Timeout | undefined
  #looking: Promise<void> | undefined

  constructor(private readonly options: RefreshClockOptions) {}

  /** Begins to look. */
  start(): void {
    this.#timer = setInterval(() => {
      this.#looking ??= this.#look().finally(() => {
        this.#looking = undefined
      })
    }, this.options.everyMs)
  }

  /** Stops looking. */
  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.#looking
  }

  async #look(): Promise<void> {
    const { database, log, wake } = this.options
    try {
      const now = new Date().toISOString()
      const owed = await database.db.transaction().execute((tx) => refreshStore(tx).oweDue(now, AT_ONCE))
      if (owed > 0) wake()
    } catch (error) {
      log.warn({ err: error }, 'pages that are due to be fetched again cannot be looked up')
    }
  }
}
