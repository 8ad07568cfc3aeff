import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, readFile, rename, rm, stat, statfs, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { FetchError } from './fetch-error.js'
import { fileLocation, type ModelEntry, type ModelFile } from './manifest.js'

const MIB = 1024 ** 2
/** Left free on the disk, so that a model never fills it to the last byte. */
const RESERVE = 64 * MIB

/** The part of a file that has arrived so far, out of sight of whoever looks for models. */
export function partialPath(dir: string, entry: ModelEntry, file: ModelFile): string {
  return join(dir, '.partial', entry.id, file.path)
}

/** How many bytes of a file have arrived; 0 when none have. */
export async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.size ?? 0
}

/**
 * Makes sure that so many more bytes fit.
 * @throws FetchError `no_space`.
 */
export async function checkSpace(dir: string, bytes: number): Promise<void> {
  await mkdir(dir, { recursive: true })
  const { bavail, bsize } = await statfs(dir)
  const free = bavail * bsize
  if (free >= bytes + RESERVE) return
  const inMib = (size: number) => `${Math.ceil(size / MIB)} MiB`
  throw new FetchError(
    'no_space',
    `The disk of ${dir} is too full: ${inMib(bytes + RESERVE)} are needed and ${inMib(free)} are free.`,
  )
}

/**
 * Gives a whole file its final name, once its bytes are the right ones. One with the wrong bytes is removed.
 * @param announced the sha256 that the server itself named, if any.
 * @throws FetchError `damaged`.
 */
export async function place(
  dir: string,
  entry: ModelEntry,
  file: ModelFile,
  announced?: string,
): Promise<void> {
  const partial = partialPath(dir, entry, file)
  const wanted = file.sha256 ?? (await pinOf(dir, entry, file)) ?? announced
  const actual = await sha256(partial)
  if (wanted !== undefined && actual !== wanted) {
    await rm(partial, { force: true })
    throw new FetchError(
      'damaged',
      `${keyOf(entry, file)} was removed: its SHA-256 is ${actual}, and it should be ${wanted}.`,
    )
  }
  if (file.sha256 === undefined) await new Pins(dir).set(keyOf(entry, file), actual)
  const final = join(dir, fileLocation(entry, file))
  await mkdir(dirname(final), { recursive: true })
  await rename(partial, final)
}

/** The SHA-256 a file without a known hash had when it was first fetched into this folder. */
export async function pinOf(dir: string, entry: ModelEntry, file: ModelFile): Promise<string | undefined> {
  return new Pins(dir).get(keyOf(entry, file))
}

function keyOf(entry: ModelEntry, file: ModelFile): string {
  return `${entry.id}/${file.path}`
}

/** The file's SHA-256, in hexadecimal. */
export async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path, { highWaterMark: MIB }), hash)
  return hash.digest('hex')
}

/** What a file without a known hash was when it first came: it may not change behind our back later. */
class Pins {
  readonly #file: string

  constructor(dir: string) {
    this.#file = join(dir, '.pins.json')
  }

  async get(key: string): Promise<string | undefined> {
    return (await this.#read())[key]
  }

  async set(key: string, hash: string): Promise<void> {
    const pins = { ...(await this.#read()), [key]: hash }
    await writeFile(`${this.#file}.new`, `${JSON.stringify(pins, null, 2)}\n`)
    await rename(`${this.#file}.new`, this.#file)
  }

  async #read(): Promise<Record<string, string>> {
    const text = await readFile(this.#file, 'utf8').catch(() => '{}')
    return JSON.parse(text) as Record<string, string>
  }
}
