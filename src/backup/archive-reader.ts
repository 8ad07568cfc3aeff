import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { createGunzip } from 'node:zlib'
import { Parser, type ReadEntry } from 'tar'
import { z } from 'zod'
import { BackupError, codeOf, reasonOf } from './backup-error.js'
import { isNewerFormat, Manifest, MANIFEST_MAX_BYTES, MANIFEST_NAME, type BackupFile } from './manifest.js'

const READ_BYTES = 256 * 1024
const BLOCK = 512
/** Headers around one entry at most: its own, and an extended one of two blocks. */
const ENTRY_OVERHEAD = 4 * BLOCK
/** What may follow the last entry: tar fills up with zeros. */
const END_BYTES = 64 * 1024

export interface ReadOptions {
  /** Called with the list before any file is read; what it throws ends the reading. */
  onManifest?: (manifest: Manifest) => Promise<void> | void
  /** Where a file of the archive is written to, on the disk when this resolves; undefined = it is only checked. */
  placeFor?: (file: BackupFile) => string | undefined
  signal: AbortSignal
}

/**
 * Reads a backup from its first to its last byte: the list, then exactly the files it names, in its order, each with
 * its size and checksum. Nothing of the archive is used as a path before the list has been checked.
 * @throws BackupError when anything is not as it should be.
 */
export async function readArchive(file: string, options: ReadOptions): Promise<Manifest> {
  try {
    return await new Reading(options).run(file)
  } catch (error) {
    options.signal.throwIfAborted()
    if (error instanceof BackupError) throw new BackupError(`${file}: ${error.message}`, { cause: error })
    if (isOfSystem(error)) {
      throw new BackupError(
        `${file} could not be read through (${reasonOf(error)}), which says nothing against the backup: correct rights, room or disk, then try again.`,
        { cause: error },
      )
    }
    throw new BackupError(
      `${file} is damaged or is no backup of Guichet (${reasonOf(error)}): use another one.`,
      { cause: error },
    )
  }
}

/** A failure of a file or a disk (EACCES, EIO, ENOSPC), as against one of what the file holds. */
function isOfSystem(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error && codeOf(error) !== 'EISDIR'
}

class Reading {
  #manifest: Manifest | undefined
  #at = 0
  #bytes = 0
  #mostBytes = MANIFEST_MAX_BYTES + ENTRY_OVERHEAD
  /** The entry whose bytes are being read. */
  #open: ReadEntry | undefined
  readonly #failed = new AbortController()
  readonly #ended: AbortSignal
  readonly #parser: Parser
  /** Entries one after the other: tar hands out the next while the file of the last is still being written. */
  #turn: Promise<unknown> = Promise.resolve()

  constructor(private readonly options: ReadOptions) {
    this.#ended = AbortSignal.any([this.#failed.signal, options.signal])
    this.#parser = new Parser({ strict: true })
    this.#parser.on('error', (error: unknown) => {
      this.#fail(error)
    })
    this.#parser.on('entry', (entry: ReadEntry) => {
      this.#turn = this.#turn
        .then(() => this.#take(entry))
        .then(
          () => (this.#open = undefined),
          (error: unknown) => {
            this.#open = undefined
            this.#fail(error)
          },
        )
    })
  }

  async run(file: string): Promise<Manifest> {
    const source = createReadStream(file, { highWaterMark: READ_BYTES })
    const plain = createGunzip({ chunkSize: READ_BYTES })
    source.on('error', (error) => plain.destroy(error))
    try {
      for await (const chunk of source.pipe(plain) as AsyncIterable<Buffer>) await this.#feed(chunk)
      this.#parser.end()
      await this.#turn
      this.#stop()
    } catch (error) {
      this.#fail(error)
      throw error
    } finally {
      source.destroy()
      plain.destroy()
      // Nobody will bring the rest of it: let whoever reads it come to an end.
      this.#open?.end()
      await this.#turn
    }
    if (this.#manifest === undefined) throw new Error('it holds no list of its files')
    if (this.#at < this.#manifest.files.length) throw new Error('files of its list are not in it')
    return this.#manifest
  }

  async #feed(chunk: Buffer): Promise<void> {
    this.#stop()
    if (this.#bytes === 0) requireOurs(chunk)
    this.#bytes += chunk.length
    if (this.#bytes > this.#mostBytes) throw new Error('it holds more than its list says')
    if (this.#parser.write(chunk)) return
    try {
      await once(this.#parser, 'drain', { signal: this.#ended })
    } catch (error) {
      this.#stop()
      throw error
    }
  }

  #stop(): void {
    this.options.signal.throwIfAborted()
    this.#failed.signal.throwIfAborted()
  }

  #fail(error: unknown): void {
    this.#failed.abort(error)
  }

  async #take(entry: ReadEntry): Promise<void> {
    this.#stop()
    this.#open = entry
    if (entry.type !== 'File' && entry.type !== 'OldFile')
      throw new Error(`"${entry.path.slice(0, 200)}" is not a plain file`)
    if (this.#manifest === undefined) {
      this.#manifest = await readManifest(entry)
      const sizes = this.#manifest.files.map(({ bytes }) => Math.ceil(bytes / BLOCK) * BLOCK + ENTRY_OVERHEAD)
      this.#mostBytes =
        Math.ceil(entry.size / BLOCK) * BLOCK +
        sizes.reduce((sum, size) => sum + size, ENTRY_OVERHEAD + END_BYTES)
      await this.options.onManifest?.(this.#manifest)
      return
    }
    const expected = this.#manifest.files[this.#at]
    if (expected?.path !== entry.path)
      throw new Error(`"${entry.path.slice(0, 200)}" is not where its list says`)
    this.#at += 1
    await readFile(entry, expected, this.options.placeFor?.(expected))
  }
}

/** Before tar looks at it, which would unpack a second time what is packed twice. */
function requireOurs(start: Buffer): void {
  if (start.subarray(0, MANIFEST_NAME.length + 1).toString('latin1') !== `${MANIFEST_NAME}\0`)
    throw new Error('it does not begin with a list of its files')
}

async function readManifest(entry: ReadEntry): Promise<Manifest> {
  if (entry.path !== MANIFEST_NAME || entry.size > MANIFEST_MAX_BYTES)
    throw new Error('it does not begin with a list of its files')
  const chunks: Buffer[] = []
  for await (const chunk of entry as AsyncIterable<Buffer>) chunks.push(chunk)
  const raw = JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown
  if (isNewerFormat(raw))
    throw new BackupError('a newer version of Guichet wrote it: restore it with that version.')
  const parsed = Manifest.safeParse(raw)
  if (!parsed.success)
    throw new Error(`its list is wrong: ${z.prettifyError(parsed.error).split('\n')[0] ?? ''}`)
  return parsed.data
}

async function readFile(entry: ReadEntry, expected: BackupFile, place: string | undefined): Promise<void> {
  if (entry.size !== expected.bytes)
    throw new Error(`"${expected.path}" does not have the size its list says`)
  const hash = createHash('sha256')
  const target = place === undefined ? undefined : await open(place, 'wx', 0o600)
  let bytes = 0
  try {
    for await (const chunk of entry as AsyncIterable<Buffer>) {
      bytes += chunk.length
      hash.update(chunk)
      await target?.writeFile(chunk)
    }
    await target?.sync()
  } finally {
    await target?.close()
  }
  if (bytes !== expected.bytes || hash.digest('hex') !== expected.sha256)
    throw new Error(`"${expected.path}" does not have the checksum its list says`)
}
