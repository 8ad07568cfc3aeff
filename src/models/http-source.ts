import { createWriteStream } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as wait } from 'node:timers/promises'
import { announcedHash } from './checksum-headers.js'
import { explainWriteError, FetchError } from './fetch-error.js'
import { checkSpace, sizeOf } from './partial.js'

/** How long a source may keep us waiting, in milliseconds. */
export interface Patience {
  /** Until the headers of an answer. */
  answer: number
  /** Between two pieces of a body. */
  silence: number
  /** Before a broken transfer is taken up again. */
  pause: number
}

/** @NOTE three seconds: whoever has no way out must not wait minutes for a start. */
export const PATIENCE: Patience = { answer: 3000, silence: 30_000, pause: 1000 }

const MOST_REDIRECTS = 5
/** Breaks in a row, without a byte between them, after which a source is given up. */
const MOST_BREAKS = 5

export interface Download {
  url: string
  /** Where the bytes are collected; what lies there already is taken as the file's beginning. */
  partial: string
  /** Whether the file will be checked against a hash we know: then any beginning may be gone on with. */
  hashKnown: boolean
  fetch: typeof fetch
  patience: Patience
  signal: AbortSignal
  /** Bytes there so far, and the size of the whole where the server tells. */
  onBytes: (done: number, total: number | undefined) => void
}

/**
 * Fetches one file, going on where an earlier try broke off; resolves with the SHA-256 the server announced, if any.
 * @throws FetchError `silent`, `absent` or `no_space`; what has arrived is kept, for the next try.
 */
export async function download(job: Download): Promise<string | undefined> {
  let version: string | undefined
  for (let breaks = 0; ; breaks++) {
    const before = await sizeOf(job.partial)
    try {
      const answer = await request(job, before)
      const sameVersion = answer.version !== undefined && answer.version === version
      const vouchedFor = job.hashKnown || answer.hash !== undefined || sameVersion
      if (answer.offset > 0 && !vouchedFor) await restart(job, answer)
      version = answer.version
      if (!answer.complete) await receive(job, answer)
      return answer.hash
    } catch (error) {
      job.signal.throwIfAborted()
      if (error instanceof FetchError) throw error
      if ((await sizeOf(job.partial)) > before) breaks = 0
      if (breaks >= MOST_BREAKS) throw silent(job.url, 'the transfer keeps breaking off', error)
      await wait(job.patience.pause, undefined, { signal: job.signal })
    }
  }
}

interface Answer {
  response: Response
  /** Aborts the transfer. */
  stop: AbortController
  /** Where the body begins in the file. */
  offset: number
  total: number | undefined
  hash: string | undefined
  /** The server's name for this very content. */
  version: string | undefined
  /** Nothing is missing any more. */
  complete: boolean
}

async function request(job: Download, have: number): Promise<Answer> {
  const stop = new AbortController()
  let url = job.url
  let hash: string | undefined
  for (let hop = 0; hop <= MOST_REDIRECTS; hop++) {
    const response = await ask(job, url, have, stop)
    // @NOTE a hub names the hash on its own answer, not on the one of the store it redirects to.
    hash ??= announcedHash(response.headers)
    const location = response.headers.get('location')
    if (response.status < 300 || response.status > 399 || location === null) {
      return interpret(job, response, stop, have, hash)
    }
    await response.body?.cancel()
    url = new URL(location, url).href
  }
  throw silent(job.url, 'it redirects in circles')
}

async function ask(job: Download, url: string, have: number, stop: AbortController): Promise<Response> {
  const late = setTimeout(() => {
    stop.abort(silent(job.url, `no answer within ${job.patience.answer / 1000} s`))
  }, job.patience.answer)
  try {
    return await job.fetch(url, {
      redirect: 'manual',
      // @NOTE a compressed body has other offsets than the file.
      headers: { 'accept-encoding': 'identity', ...(have > 0 ? { range: `bytes=${have}-` } : {}) },
      signal: AbortSignal.any([stop.signal, job.signal]),
    })
  } catch (error) {
    job.signal.throwIfAborted()
    throw error instanceof FetchError ? error : silent(job.url, reasonOf(error), error)
  } finally {
    clearTimeout(late)
  }
}

async function interpret(
  job: Download,
  response: Response,
  stop: AbortController,
  have: number,
  hash: string | undefined,
): Promise<Answer> {
  const version = response.headers.get('etag') ?? undefined
  const answer = { response, stop, hash, version, complete: false }
  const [, from, to] =
    /^bytes (?:(\d+)-\d+|\*)\/(\d+)$/.exec(response.headers.get('content-range') ?? '') ?? []
  const length = Number(response.headers.get('content-length') ?? Number.NaN)
  if (response.status === 206 && from !== undefined && Number(from) === have) {
    return { ...answer, offset: have, total: to === undefined ? undefined : Number(to) }
  }
  if (response.status === 200) {
    return { ...answer, offset: 0, total: Number.isNaN(length) ? undefined : length }
  }
  await response.body?.cancel()
  if (response.status === 416 && have > 0) {
    if (Number(to) === have) return { ...answer, offset: have, total: have, complete: true }
    return restart(job, { stop })
  }
  throw new FetchError('absent', `${job.url} was passed over: the answer is ${response.status}.`)
}

/** What we have may be the beginning of another file: throws it away, and fails so that the next try begins anew. */
async function restart(job: Download, { stop }: Pick<Answer, 'stop'>): Promise<never> {
  stop.abort()
  await rm(job.partial, { force: true })
  throw new Error('what we had may be no part of this file')
}

async function receive(job: Download, { response, stop, offset, total }: Answer): Promise<void> {
  const missing = (total ?? offset) - offset
  await mkdir(dirname(job.partial), { recursive: true })
  await checkSpace(dirname(job.partial), missing)
  if (response.body === null) throw new Error('no body')
  let done = offset
  const silence = setTimeout(() => {
    stop.abort(new Error('the transfer fell silent'))
  }, job.patience.silence)
  const counter = new Transform({
    transform(chunk: Buffer, _encoding, next) {
      done += chunk.length
      silence.refresh()
      job.onBytes(done, total)
      next(null, chunk)
    },
  })
  const target = createWriteStream(job.partial, { flags: offset > 0 ? 'a' : 'w' })
  try {
    await pipeline(Readable.fromWeb(response.body), counter, target)
  } catch (error) {
    throw explainWriteError(error, job.partial)
  } finally {
    clearTimeout(silence)
  }
  if (total !== undefined && done !== total) throw new Error('the transfer ended early')
}

function silent(url: string, why: string, cause?: unknown): FetchError {
  return new FetchError('silent', `${new URL(url).host} was passed over: ${why}.`, { cause })
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'no connection'
  return error.cause instanceof Error ? error.cause.message : error.message
}
