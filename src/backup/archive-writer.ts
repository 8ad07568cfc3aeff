import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { Pack } from 'tar'
import { MANIFEST_NAME, newManifest, type BackupFile, type Manifest } from './manifest.js'

/** Most of what is backed up is compressed already (PDF) or hardly gets smaller (vectors). */
const LEVEL = 1
const READ_BYTES = 1024 ** 2

/**
 * Packs files of a folder into one compressed archive, their list with its checksums first.
 * @param paths inside the folder, in the order they take in the archive.
 * @param target is made anew, readable to its owner alone, and is on the disk when this resolves.
 */
export async function writeArchive(
  folder: string,
  paths: readonly string[],
  facts: Omit<Manifest, 'format' | 'files'>,
  target: string,
  signal: AbortSignal,
): Promise<Manifest> {
  const files: BackupFile[] = []
  for (const path of paths) files.push(await describe(folder, path, signal))
  const manifest = newManifest({ ...facts, files })
  await writeFile(join(folder, MANIFEST_NAME), `${JSON.stringify(manifest, null, 1)}\n`, { mode: 0o600 })
  await pack(folder, [MANIFEST_NAME, ...paths], target, signal)
  return manifest
}

async function describe(folder: string, path: string, signal: AbortSignal): Promise<BackupFile> {
  const file = join(folder, path)
  const hash = createHash('sha256')
  await pipeline(createReadStream(file, { highWaterMark: READ_BYTES }), hash, { signal })
  return { path, bytes: (await stat(file)).size, sha256: hash.digest('hex') }
}

async function pack(folder: string, paths: string[], target: string, signal: AbortSignal): Promise<void> {
  const archive = new Pack({
    cwd: folder,
    portable: true,
    strict: true,
    maxReadSize: READ_BYTES,
    linkCache: new NoLinks(),
  })
  for (const path of paths) archive.add(path)
  archive.end()
  await pipeline(
    archive as AsyncIterable<Buffer>,
    createGzip({ level: LEVEL, chunkSize: 256 * 1024 }),
    createWriteStream(target, { flags: 'wx', mode: 0o600, flush: true }),
    { signal },
  )
}

/** Every file is written out, also where somebody has made one file of two uploads with the same bytes. */
class NoLinks<K, V> extends Map<K, V> {
  override get(): undefined {
    return undefined
  }
}
