import { crc32 } from 'node:zlib'
import yauzl, { type Entry, type ZipFile } from 'yauzl'
import { ExtractionError } from './extraction.js'

/** What an archive may hold. Bytes are counted while they are inflated: what it says of itself is not believed. */
export interface ArchiveLimits {
  entries: number
  /** Of one part, inflated. */
  partBytes: number
  /** Of everything that is inflated from one archive, parts read twice counted twice. */
  totalBytes: number
  /** A part may be so many times as large as what it was packed into … */
  ratio: number
  /** … once it is larger than this. */
  ratioFrom: number
}

/** Wide enough for books of thousands of pictures and sheets of a million cells, too narrow for what only fills memory. */
export const ARCHIVE_LIMITS: ArchiveLimits = {
  entries: 20_000,
  partBytes: 256e6,
  totalBytes: 512e6,
  ratio: 200,
  ratioFrom: 32e6,
}

/** One part of an archive, with the sizes it claims. */
export interface ArchiveEntry {
  name: string
  packedBytes: number
  bytes: number
}

/** An archive in memory. Nothing of it is inflated before it is read, and nothing is ever written to disk. */
export class Archive {
  /** In the order of the directory; without folders. */
  readonly entries: ArchiveEntry[] = []
  readonly #zip: ZipFile
  readonly #limits: ArchiveLimits
  readonly #found = new Map<string, Entry>()
  #inflated = 0

  /** @param found the archive's directory; of two parts with one name the later one counts. */
  constructor(zip: ZipFile, found: Map<string, Entry>, limits: ArchiveLimits) {
    this.#zip = zip
    this.#limits = limits
    for (const [name, entry] of found) {
      this.#found.set(name.toLowerCase(), entry)
      this.entries.push({ name, packedBytes: entry.compressedSize, bytes: entry.uncompressedSize })
    }
  }

  /** Whether there is such a part; case and a leading slash do not matter. */
  has(name: string): boolean {
    return this.#found.has(keyOf(name))
  }

  /**
   * One part, inflated; undefined when there is none of that name.
   * @throws ExtractionError when it is damaged, encrypted or larger than the limits.
   */
  async read(name: string): Promise<Buffer | undefined> {
    const entry = this.#found.get(keyOf(name))
    if (entry === undefined) return undefined
    const chunks: Buffer[] = []
    await this.#inflate(entry, (chunk) => chunks.push(chunk))
    return Buffer.concat(chunks)
  }

  /**
   * Inflates every part once and keeps nothing, for a library that inflates on its own. What is read afterwards is
   * counted anew.
   * @throws ExtractionError as `read` does.
   */
  async check(): Promise<void> {
    this.#inflated = 0
    for (const entry of this.#found.values()) await this.#inflate(entry, () => undefined)
    this.#inflated = 0
  }

  async #inflate(entry: Entry, take: (chunk: Buffer) => void): Promise<void> {
    if (entry.isEncrypted()) {
      throw new ExtractionError(
        'The file is protected by a password; remove the protection and load it again.',
      )
    }
    let bytes = 0
    let sum = 0
    try {
      for await (const chunk of (await this.#zip.openReadStreamPromise(entry)) as AsyncIterable<Buffer>) {
        bytes += chunk.length
        this.#inflated += chunk.length
        this.#hold(entry, bytes)
        sum = crc32(chunk, sum)
        take(chunk)
      }
    } catch (error) {
      throw error instanceof ExtractionError ? error : damaged(error)
    }
    if (sum !== entry.crc32) throw damaged()
  }

  /** Throws once a part, or all that was read so far, is too large. */
  #hold({ compressedSize }: Entry, bytes: number): void {
    const { partBytes, totalBytes, ratio, ratioFrom } = this.#limits
    if (bytes > ratioFrom && bytes > ratio * compressedSize) {
      throw new ExtractionError(
        'The file unpacks to hundreds of times its size, as only a file made to fill memory does; it is not read.',
      )
    }
    if (bytes > partBytes || this.#inflated > totalBytes) {
      throw new ExtractionError(
        `The file unpacks to more than ${Math.round(Math.min(partBytes, totalBytes) / 1e6)} MB; please split it into several files.`,
      )
    }
  }
}

/**
 * Opens a ZIP archive and reads its directory.
 * @throws ExtractionError when it is damaged or holds too many parts.
 */
export async function openArchive(
  bytes: Uint8Array,
  limits: ArchiveLimits = ARCHIVE_LIMITS,
): Promise<Archive> {
  const tooMany = () =>
    new ExtractionError(
      `The file holds more than ${limits.entries} parts; please split it into several files.`,
    )
  try {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    // @NOTE names are decoded here: yauzl would refuse the whole archive for one that leads out of a folder.
    const zip = await yauzl.fromBufferPromise(buffer, { decodeStrings: false })
    if (zip.entryCount > limits.entries) throw tooMany()
    const found = new Map<string, Entry>()
    let count = 0
    for await (const entry of zip.eachEntry()) {
      count += 1
      if (count > limits.entries) throw tooMany()
      const name = nameOf(entry)
      if (!name.endsWith('/')) found.set(name, entry)
    }
    return new Archive(zip, found, limits)
  } catch (error) {
    throw error instanceof ExtractionError ? error : damaged(error)
  }
}

/**
 * Makes sure that a library may inflate this archive on its own: every part is inflated once, within the limits.
 * @throws ExtractionError when it is damaged, encrypted or unpacks to more than that.
 */
export async function checkArchive(
  bytes: Uint8Array,
  limits: ArchiveLimits = ARCHIVE_LIMITS,
): Promise<Archive> {
  const archive = await openArchive(bytes, limits)
  await archive.check()
  return archive
}

function nameOf(entry: Entry): string {
  const { generalPurposeBitFlag, fileNameRaw, extraFields } = entry
  const name = yauzl.getFileNameLowLevel(generalPurposeBitFlag, fileNameRaw, extraFields, false)
  return name.replace(/^(?:\.?\/)+/, '')
}

function keyOf(name: string): string {
  return name.replace(/^\/+/, '').toLowerCase()
}

function damaged(cause?: unknown): ExtractionError {
  return new ExtractionError('The file is damaged or incomplete and cannot be opened.', { cause })
}
