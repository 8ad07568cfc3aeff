import type { FetchJob, Job } from '../store/jobs.js'

/** Pages fetched at the same time, in all and of one site. */
const AT_ONCE = 4
const AT_ONCE_OF_A_SITE = 2
/** Looked at when the next one is chosen. */
const CANDIDATES = 20
/** A job that is still there so often when it is done with is no job that can be done. */
const REPEATS = 3

export interface FetchLaneOptions {
  /** The oldest pages that are to be fetched, passing over these sources and origins. */
  next: (limit: number, except: string[], origins: string[]) => Promise<FetchJob[]>
  /** Does one job; must not throw. */
  run: (job: Job) => Promise<void>
  /** Told what went wrong with the queue itself, which then rests until it is woken. */
  broken: (error: unknown) => void
  /** Milliseconds between the beginnings of two pages that crawls read of one site. */
  pauseMs: (origin: string) => number
}

/**
 * Fetches pages beside the other work, some at a time, so that slow servers hold up nothing but pages of theirs. Sites
 * are treated gently: few requests at once, and pauses where a crawl goes over them.
 */
export class FetchLane {
  readonly #running = new Map<string, string>()
  /** Unix time in ms before which no crawl asks a site again. */
  readonly #rests = new Map<string, number>()
  readonly #done = new Map<string, number>()
  readonly #refused = new Set<string>()
  #timer: NodeJS.Timeout | undefined
  #pumping = false
  #again = false
  #closed = false
  #idlers: (() => void)[] = []

  constructor(private readonly options: FetchLaneOptions) {}

  /** There may be something to fetch. Never throws and does not wait. */
  wake(): void {
    if (this.#closed) return
    this.#again = true
    if (!this.#pumping) void this.#pump()
  }

  /** Resolves once nothing is left that could be fetched now. */
  async idle(): Promise<void> {
    if (this.#isIdle()) return
    await new Promise<void>((resolve) => this.#idlers.push(resolve))
  }

  /** Begins nothing any more and waits for what is under way, which its signal should end. */
  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#timer)
    this.#timer = undefined
    await this.idle()
  }

  async #pump(): Promise<void> {
    this.#pumping = true
    try {
      while (this.#takesMore()) {
        this.#again = false
        while (this.#running.size < AT_ONCE && (await this.#begin())) continue
      }
    } catch (error) {
      this.options.broken(error)
    } finally {
      this.#pumping = false
      this.#tellIdle()
    }
  }

  #isClosed(): boolean {
    return this.#closed
  }

  #takesMore(): boolean {
    return this.#again && !this.#closed
  }

  /** Begins the next page that may be asked for now; answers whether there was one. */
  async #begin(): Promise<boolean> {
    if (this.#closed) return false
    clearTimeout(this.#timer)
    this.#timer = undefined
    const now = Date.now()
    for (const [origin, until] of this.#rests) if (until <= now) this.#rests.delete(origin)
    const full = new Set([...this.#running.values()].filter((origin, _at, all) => isFull(origin, all)))
    const busy = new Set([...full, ...this.#rests.keys()])
    const except = [...this.#running.keys(), ...this.#refused]
    const candidates = await this.options.next(CANDIDATES, except, [...busy])
    const next = candidates.find(({ url }) => !busy.has(originOf(url)))
    if (next === undefined) {
      this.#waitForRests()
      return false
    }
    if (this.#isClosed()) return false
    this.#start(next)
    return true
  }

  #start({ job, url, isCrawled }: FetchJob): void {
    const origin = originOf(url)
    if (isCrawled) {
      const pause = this.options.pauseMs(origin)
      if (pause > 0) this.#rests.set(origin, Date.now() + pause)
    }
    this.#running.set(job.sourceId, origin)
    void this.options.run(job).finally(() => {
      this.#running.delete(job.sourceId)
      this.#refuseRepeats(job)
      this.wake()
      this.#tellIdle()
    })
  }

  /** A damaged database may go on giving what was taken out of it. */
  #refuseRepeats(job: Job): void {
    const key = `${job.sourceId} ${job.createdAt}`
    const times = (this.#done.get(key) ?? 0) + 1
    if (this.#done.size > 1000) this.#done.clear()
    this.#done.set(key, times)
    if (times > REPEATS) this.#refused.add(job.sourceId)
  }

  #waitForRests(): void {
    if (this.#rests.size === 0 || this.#closed) return
    const next = Math.min(...this.#rests.values())
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined
        this.wake()
        this.#tellIdle()
      },
      Math.max(1, next - Date.now()),
    )
  }

  #isIdle(): boolean {
    return !this.#pumping && this.#running.size === 0 && this.#timer === undefined
  }

  #tellIdle(): void {
    if (!this.#isIdle()) return
    for (const resolve of this.#idlers.splice(0)) resolve()
  }
}

function isFull(origin: string, running: string[]): boolean {
  return running.filter((other) => other === origin).length >= AT_ONCE_OF_A_SITE
}

function originOf(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : url
}
