import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'
import { Decompress } from 'fzstd'
import { Parser, type ReadEntry, Unpack } from 'tar'
import { BundleError } from './bundle-error.js'

/** Compressed bytes handled at a time; little, because they may stand for a thousand times as many. */
const STEP_BYTES = 16 * 1024
/** The largest file whose content is kept while reading: lists of checksums and their signatures. */
const MOST_KEPT_BYTES = 16 * 1024 * 1024

/** What an archive holds at one path. */
export interface ArchiveEntry {
  /** As written in the archive; a folder's ends with "/". */
  path: string
  /** tar's word: File, Directory, SymbolicLink, CharacterDevice … */
  type: string
  sha256: string
  /** The content, where it was asked for. */
  content: Buffer | undefined
}

/**
 * Reads a .tar.zst of any size in bounded memory and tells each entry when it has been read.
 * @param keep whether an entry's content is wanted
 * @throws BundleError when the file is no such archive or ends too early
 */
export async function readArchive(
  file: string,
  keep: (path: string) => boolean,
  tell: (entry: ArchiveEntry) => void,
): Promise<void> {
  const parser = new Parser({ strict: true })
  const take = (entry: ReadEntry) => {
    const hash = createHash('sha256')
    const kept: Buffer[] | undefined = keep(entry.path) && entry.size <= MOST_KEPT_BYTES ? [] : undefined
    entry.on('data', (chunk: Buffer) => {
      hash.update(chunk)
      kept?.push(chunk)
    })
    entry.on('end', () => {
      const content = kept && Buffer.concat(kept)
      tell({ path: entry.path, type: entry.type, sha256: hash.digest('hex'), content })
    })
  }
  parser.on('entry', take)
  parser.on('ignoredEntry', take)
  await feed(file, parser, 'end')
}

/**
 * Unpacks an archive that has been verified; owners are not taken over.
 * @throws BundleError as reading does, or when the disk is full
 */
export async function extractArchive(file: string, into: string): Promise<void> {
  await feed(file, new Unpack({ cwd: into, strict: true, preserveOwner: false }), 'close')
}

async function feed(file: string, target: Parser, last: 'end' | 'close'): Promise<void> {
  const source = Readable.from(decompressed(file), { objectMode: false })
  try {
    await new Promise<void>((resolve, reject) => {
      source.once('error', reject)
      target.once('error', reject)
      target.once(last, resolve)
      source.pipe(target)
    })
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new BundleError(`${file} cannot be read to its end as a .tar.zst archive (${reason}).`)
  } finally {
    source.destroy()
  }
}

async function* decompressed(file: string): AsyncGenerator<Buffer> {
  let ready: Buffer[] = []
  // @NOTE copied, because the parser may keep a piece for longer than the decompressor leaves it alone.
  const stream = new Decompress((chunk) => ready.push(Buffer.from(chunk)))
  for await (const chunk of createReadStream(file, { highWaterMark: STEP_BYTES })) {
    stream.push(chunk as Buffer)
    yield* ready
    ready = []
  }
  stream.push(new Uint8Array(0), true)
  yield* ready
}
