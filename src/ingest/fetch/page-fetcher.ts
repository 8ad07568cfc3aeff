import { createHash, randomUUID } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { Transform, type Duplex } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'
import { ExtractionError } from '../extract/extraction.js'
import type { FetchPolicy } from '../../fetch-policy.js'
import { get } from './request.js'
import { checkedAddresses, hostOf, systemResolver, type Resolver } from './resolve.js'

export interface PageFetcherOptions {
  policy: FetchPolicy
  /** Sent as User-Agent. */
  userAgent: string
  /** False: every page is refused, before anything is resolved. Default true. */
  enabled?: boolean
  /** Default: as the machine resolves names. */
  resolver?: Resolver
  limits?: Partial<FetchLimits>
}

/** Milliseconds and bytes. */
export interface FetchLimits {
  /** For name and connection of each hop. */
  connectMs: number
  headersMs: number
  /** For everything together. */
  wholeMs: number
  bytes: number
  redirects: number
}

const LIMITS: FetchLimits = {
  connectMs: 5000,
  headersMs: 10_000,
  wholeMs: 30_000,
  bytes: 20 * 1024 * 1024,
  redirects: 5,
}

/** What an earlier fetch of the same URL was told. */
export interface Validators {
  etag: string | null
  lastModified: string | null
}

/** A server that answered with something else than a page. */
export class PageRefused extends ExtractionError {
  /** @param status of HTTP. */
  constructor(
    message: string,
    readonly status: number,
  ) {
    super(message)
  }

  /** Whether there is no such page on the site (any more), rather than none to be had just now. */
  get isGone(): boolean {
    return this.status === 404 || this.status === 410 || REDIRECTS.includes(this.status)
  }
}

/** A page as it lies in a file, and what its server said of it. */
export interface FetchedPage extends Validators {
  /** The file's name in the folder. */
  storedFile: string
  bytes: number
  sha256: string
  contentType: string
  /** What the server calls it as a file: Content-Disposition. */
  fileName: string | null
  /** Whether it may be indexed and its links followed, as X-Robots-Tag has it. */
  robotsTag: string
  /** Where it was, after redirects. */
  finalUrl: string
}

/** What holds no words, whatever it is; of everything else the content decides. */
const WORDLESS = /^(?:audio|video|font)\//i
const REDIRECTS = [301, 302, 303, 307, 308]
const MAX_HEADER = 500

/** Fetches single pages, and connects to nothing that its policy does not allow, wherever a redirect leads. */
export class PageFetcher {
  readonly #options: PageFetcherOptions
  readonly #limits: FetchLimits

  constructor(options: PageFetcherOptions) {
    this.#options = options
    this.#limits = { ...LIMITS, ...options.limits }
  }

  /**
   * Fetches a page into a new file of the folder; `unchanged` when the server says that it is as it was.
   * @param within "https://host": redirects to elsewhere are not followed.
   * @throws ExtractionError with the reason as one sentence; the signal's reason once that is aborted. No file is left then.
   */
  async fetch(
    address: string,
    known: Validators,
    folder: string,
    signal: AbortSignal,
    within?: string,
  ): Promise<FetchedPage | 'unchanged'> {
    if (this.#options.enabled === false)
      throw new ExtractionError('Web pages are not fetched here: URL_FETCH is switched off.')
    const deadline = AbortSignal.timeout(this.#limits.wholeMs)
    const either = AbortSignal.any([signal, deadline])
    try {
      return await this.#follow(address, known, { folder, within }, either)
    } catch (error) {
      signal.throwIfAborted()
      if (error instanceof ExtractionError) throw error
      if (deadline.aborted) {
        const wait = String(Math.ceil(this.#limits.wholeMs / 1000))
        throw new ExtractionError(`Fetching the page took longer than ${wait} s.`, { cause: error })
      }
      throw error
    }
  }

  async #follow(
    address: string,
    known: Validators,
    { folder, within }: { folder: string; within: string | undefined },
    signal: AbortSignal,
  ) {
    let url = readUrl(address)
    for (let hops = 0; hops <= this.#limits.redirects; hops += 1) {
      const answer = await this.#get(url, known, signal)
      try {
        const target = redirectOf(answer, url)
        if (target === undefined) return await this.#take(answer, url, folder, signal)
        if (within !== undefined && target.origin !== within)
          throw new PageRefused(`The page has moved to ${hostOf(target)}.`, answer.statusCode ?? 0)
        url = target
      } finally {
        answer.destroy()
      }
    }
    throw new ExtractionError(`The page redirects more than ${String(this.#limits.redirects)} times.`)
  }

  async #get(url: URL, known: Validators, signal: AbortSignal): Promise<IncomingMessage> {
    const { policy, resolver = systemResolver, userAgent } = this.#options
    const naming = AbortSignal.timeout(this.#limits.connectMs)
    const addresses = await checkedAddresses(url, policy, resolver, AbortSignal.any([signal, naming])).catch(
      (error: unknown) => {
        if (naming.aborted && !signal.aborted)
          throw new ExtractionError(`The address of ${hostOf(url)} could not be found out in time.`)
        throw error
      },
    )
    const headers = {
      'User-Agent': userAgent,
      Accept: 'text/html, application/xhtml+xml, text/markdown, text/plain, application/pdf;q=0.9, */*;q=0.5',
      'Accept-Encoding': 'gzip, deflate, br',
      ...(known.etag !== null && { 'If-None-Match': known.etag }),
      ...(known.lastModified !== null && { 'If-Modified-Since': known.lastModified }),
    }
    return get(url, addresses, headers, this.#limits, signal)
  }

  async #take(answer: IncomingMessage, url: URL, folder: string, signal: AbortSignal) {
    const host = hostOf(url)
    const status = answer.statusCode ?? 0
    if (status === 304) return 'unchanged'
    if (status !== 200) throw new PageRefused(refusal(host, status), status)
    const contentType = answer.headers['content-type'] ?? ''
    if (WORDLESS.test(contentType.trim()))
      throw new ExtractionError(
        `${host} sent "${contentType.slice(0, 100)}", in which there is nothing to read.`,
      )
    if (Number(answer.headers['content-length'] ?? 0) > this.#limits.bytes) throw this.#tooLarge()
    const body = await this.#store(answer, host, folder, signal)
    return {
      ...body,
      contentType: contentType.slice(0, MAX_HEADER),
      fileName: nameIn(answer.headers['content-disposition']),
      robotsTag: String(answer.headers['x-robots-tag'] ?? '').slice(0, MAX_HEADER),
      finalUrl: url.href,
      etag: bounded(answer.headers.etag),
      lastModified: bounded(answer.headers['last-modified']),
    }
  }

  async #store(answer: IncomingMessage, host: string, folder: string, signal: AbortSignal) {
    const storedFile = randomUUID()
    const path = join(folder, storedFile)
    const hash = createHash('sha256')
    let bytes = 0
    const counter = new Transform({
      transform: (chunk: Buffer, _encoding, done) => {
        bytes += chunk.length
        hash.update(chunk)
        // @NOTE counted after decompression: a small answer may hold a very large page.
        if (bytes > this.#limits.bytes) done(this.#tooLarge())
        else done(null, chunk)
      },
    })
    try {
      const stages = [answer, ...decoders(answer), counter, createWriteStream(path, { flags: 'wx' })]
      await pipeline(stages, { signal })
      return { storedFile, bytes, sha256: hash.digest('hex') }
    } catch (error) {
      await rm(path, { force: true })
      if (error instanceof ExtractionError || signal.aborted || isOurs(error)) throw error
      throw new ExtractionError(`${host} broke off in the middle of the page.`, { cause: error })
    }
  }

  #tooLarge(): ExtractionError {
    const megabytes = Math.floor(this.#limits.bytes / (1024 * 1024))
    const most = megabytes > 0 ? `${String(megabytes)} MB` : `${String(this.#limits.bytes)} bytes`
    return new ExtractionError(`The page is larger than ${most}.`)
  }
}

function readUrl(text: string, base?: URL): URL {
  if (URL.canParse(text, base?.href)) return new URL(text, base?.href)
  throw new ExtractionError(`"${text.slice(0, 200)}" is not a URL.`)
}

function redirectOf(answer: IncomingMessage, from: URL): URL | undefined {
  const { location } = answer.headers
  if (!REDIRECTS.includes(answer.statusCode ?? 0) || location === undefined) return undefined
  return readUrl(location, from)
}

function refusal(host: string, status: number): string {
  if (status === 404 || status === 410) return `There is no such page at ${host} (status ${String(status)}).`
  if (status === 401 || status === 403)
    return `${host} does not show this page to everybody (status ${String(status)}).`
  return `${host} answered with status ${String(status)} instead of a page.`
}

function decoders(answer: IncomingMessage): Duplex[] {
  const encoding = answer.headers['content-encoding']?.trim().toLowerCase() ?? 'identity'
  if (encoding === 'identity' || encoding === '') return []
  if (encoding === 'gzip' || encoding === 'x-gzip') return [createGunzip()]
  if (encoding === 'deflate') return [createInflate()]
  if (encoding === 'br') return [createBrotliDecompress()]
  throw new ExtractionError(`The page is packed as "${encoding.slice(0, 40)}", which cannot be unpacked.`)
}

function bounded(header: string | undefined): string | null {
  return header === undefined || header.length > MAX_HEADER ? null : header
}

/** The file name of a Content-Disposition, without folders. */
function nameIn(disposition = ''): string | null {
  const name = /;\s*filename\s*=\s*(?:"([^"]{1,255})"|([^\s;"]{1,255}))/i.exec(disposition)
  return (name?.[1] ?? name?.[2])?.split(/[\\/]/).at(-1) ?? null
}

/** A disk that is full or may not be written to is no fault of the page. */
function isOurs(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error && ['open', 'write'].includes(String(error.syscall))
}
