import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { ExtractionError } from '../extract/extraction.js'
import { PageRefused, type PageFetcher } from '../fetch/page-fetcher.js'
import type { LinkReader } from './link-reader.js'
import type { RobotsAnswer, RobotsText } from './links-worker.js'

const KEPT_MS = 3_600_000
const MOST_KEPT = 100
const LONGEST_DELAY_MS = 10_000
/** What lies beyond is not read (RFC 9309 asks for 500 kB at least of those who index the whole web). */
const MOST_BYTES = 256 * 1024

interface Kept {
  at: number
  text: Promise<RobotsText>
}

/** What sites ask of those who go over them, each asked once an hour. */
export class RobotsFiles {
  readonly #kept = new Map<string, Kept>()
  readonly #delays = new Map<string, number>()

  /** @param folder where what is fetched lies for a moment. */
  constructor(
    private readonly fetcher: PageFetcher,
    private readonly reader: LinkReader,
    private readonly folder: string,
  ) {}

  /**
   * The robots.txt of a site ("https://host"); an empty one where it has none.
   * @throws ExtractionError when it cannot be told whether it has one: nothing of the site may be read then (RFC 9309).
   */
  async of(origin: string, signal: AbortSignal): Promise<RobotsText> {
    const kept = this.#kept.get(origin)
    if (kept !== undefined && Date.now() - kept.at < KEPT_MS) return kept.text
    if (this.#kept.size >= MOST_KEPT) this.#kept.clear()
    const text = this.#fetch(origin, signal)
    this.#kept.set(origin, { at: Date.now(), text })
    try {
      return await text
    } catch (error) {
      this.#kept.delete(origin)
      throw error
    }
  }

  /** What it says of one page, and in general. What cannot be read within bounds forbids the page. */
  async ask(robots: RobotsText, address: string, signal: AbortSignal): Promise<RobotsAnswer> {
    const answer = await this.reader.read({ kind: 'robots', robots, address }, signal)
    if (answer === undefined) return { isAllowed: false, delaySeconds: 0, sitemaps: [] }
    if (this.#delays.size >= MOST_KEPT) this.#delays.clear()
    this.#delays.set(new URL(robots.url).origin, Math.min(answer.delaySeconds * 1000, LONGEST_DELAY_MS))
    return answer
  }

  /** Milliseconds between two requests that a site was heard to ask for, at most ten seconds; 0 = nothing was heard. */
  delayMs(origin: string): number {
    return this.#delays.get(origin) ?? 0
  }

  async #fetch(origin: string, signal: AbortSignal): Promise<RobotsText> {
    const url = `${origin}/robots.txt`
    try {
      const page = await this.fetcher.fetch(url, { etag: null, lastModified: null }, this.folder, signal)
      if (page === 'unchanged') return { url, text: '' }
      const path = join(this.folder, page.storedFile)
      try {
        return { url, text: await beginning(path) }
      } finally {
        await rm(path, { force: true })
      }
    } catch (error) {
      if (error instanceof PageRefused && error.status < 500) return { url, text: '' }
      if (!(error instanceof ExtractionError)) throw error
      throw new ExtractionError(`Whether ${origin} may be crawled cannot be told: ${error.message}`, {
        cause: error,
      })
    }
  }
}

async function beginning(path: string): Promise<string> {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(MOST_BYTES), 0, MOST_BYTES, 0)
    return buffer.toString('utf8', 0, bytesRead)
  } finally {
    await file.close()
  }
}
