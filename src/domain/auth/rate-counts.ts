import type { Logger } from '../../log.js'
import type { RateWindow, RateWindowStore } from '../../store/rate-windows.js'

/** A kill loses at most the counts of this time, in ms; an ordinary end none. */
const STORE_EVERY_MS = 250
/** How long it waits after the database refused them. */
const RETRY_MS = 5000

interface Counted extends RateWindow {
  isStored: boolean
}

/** Counts requests in memory and stores where the counts stand a moment later, so that no request waits for the disk. */
export class RateCounts {
  readonly #windows = new Map<string, Counted>()
  readonly #loading = new Map<string, Promise<void>>()
  #timer: NodeJS.Timeout | undefined
  #isFailing = false

  constructor(
    private readonly store: RateWindowStore,
    private readonly log: Logger,
  ) {}

  /** Counts one request and says where that leaves the window; a window that is over starts again. */
  async hit(key: string, now: number, windowMs: number): Promise<RateWindow> {
    const window = await this.current(key)
    if (window.resetAt <= now) Object.assign(window, { hits: 0, resetAt: now + windowMs })
    this.change(window, window.hits + 1)
    return { hits: window.hits, resetAt: window.resetAt }
  }

  /** Says how full the window is; one that is over, or was never begun, holds nothing. */
  async peek(key: string, now: number, windowMs: number): Promise<RateWindow> {
    const { hits, resetAt } = await this.current(key)
    return resetAt <= now ? { hits: 0, resetAt: now + windowMs } : { hits, resetAt }
  }

  /** Where a window stands; undefined when nothing was counted yet. It may be over. */
  async find(key: string): Promise<RateWindow | undefined> {
    const { hits, resetAt } = await this.current(key)
    return resetAt === 0 ? undefined : { hits, resetAt }
  }

  /** Takes one counted request back. */
  async unhit(key: string): Promise<void> {
    const window = await this.current(key)
    if (window.hits > 0) this.change(window, window.hits - 1)
  }

  /** Begins a window anew. */
  async reset(key: string): Promise<void> {
    this.change(await this.current(key), 0)
  }

  /** Resolves once everything counted so far is stored. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const changed = [...this.#windows].filter(([, { isStored }]) => !isStored)
    if (changed.length === 0) return
    for (const [, window] of changed) window.isStored = true
    const rows = changed.map(([key, { hits, resetAt }]) => ({ key, hits, reset_at: resetAt }))
    try {
      await this.store.put(rows)
      this.#isFailing = false
    } catch (error) {
      for (const [, window] of changed) window.isStored = false
      // @NOTE said once: a full disk stays full for a while.
      if (!this.#isFailing)
        this.log.warn({ err: error }, 'the counts of requests cannot be stored; they are kept until they can')
      this.#isFailing = true
      this.#schedule()
    }
  }

  private async current(key: string): Promise<Counted> {
    for (let window = this.#windows.get(key); ; window = this.#windows.get(key)) {
      if (window !== undefined) return window
      const loading = this.#loading.get(key) ?? this.load(key).finally(() => this.#loading.delete(key))
      this.#loading.set(key, loading)
      await loading
    }
  }

  private async load(key: string): Promise<void> {
    const { hits, resetAt } = (await this.store.find(key)) ?? { hits: 0, resetAt: 0 }
    this.#windows.set(key, { hits, resetAt, isStored: true })
  }

  private change(window: Counted, hits: number): void {
    window.hits = hits
    window.isStored = false
    this.#schedule()
  }

  #schedule(): void {
    const wait = this.#isFailing ? RETRY_MS : STORE_EVERY_MS
    this.#timer ??= setTimeout(() => void this.flush(), wait).unref()
  }
}
