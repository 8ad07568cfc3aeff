import type { Logger } from '../../log.js'
import type { Database } from '../../store/database.js'
import { pruneUsage } from '../../store/usage-retention.js'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** Anybody may send events: more than this many are not kept, over all organizations. */
const MOST_EVENTS = 200_000

export interface RetentionDays {
  /** Of single requests and events. */
  days: number
  /** Of the counts by the hour. */
  hoursDays: number
}

/** Removes old requests, events and counts, at the start and then every hour. */
export class Retention {
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> | undefined
  readonly #ended = new AbortController()

  constructor(
    private readonly db: Database['db'],
    private readonly kept: RetentionDays,
    private readonly log: Logger,
  ) {}

  start(): void {
    void this.prune()
    this.#timer = setInterval(() => void this.prune(), HOUR_MS).unref()
  }

  /** Resolves once everything old is gone; one that is under way is joined. */
  async prune(now = Date.now()): Promise<void> {
    this.#running ??= this.run(now).finally(() => {
      this.#running = undefined
    })
    await this.#running
  }

  /** Ends after the step under way. */
  async close(): Promise<void> {
    clearInterval(this.#timer)
    this.#ended.abort()
    await this.#running
  }

  private async run(now: number): Promise<void> {
    const ago = (days: number) => new Date(now - days * DAY_MS).toISOString()
    const { days, hoursDays } = this.kept
    const what = { before: ago(days), hoursBefore: ago(hoursDays), events: MOST_EVENTS }
    try {
      await pruneUsage(this.db, what, this.#ended.signal)
    } catch (error) {
      if (!this.#ended.signal.aborted) this.log.warn({ err: error }, 'old statistics could not be removed')
    }
  }
}
