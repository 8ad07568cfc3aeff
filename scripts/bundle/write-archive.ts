import { createWriteStream } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { create } from 'tar'
import { compressed, stored } from './zstd-frames.js'

/** Two empty blocks end a tar archive. */
const TRAILER_BYTES = 1024
/** Files that compressing does not make smaller. */
const DENSE = '.gguf'

/**
 * Writes a folder as .tar.zst: sorted, owner 0, modes 644 and 755, all times the same, so that the same content makes
 * the same archive. Memory stays bounded whatever the size.
 * @param parent what lies above the folder
 * @param top the folder's name, below which everything is in the archive
 * @param time of every entry
 */
export async function writeArchive(parent: string, top: string, file: string, time: Date): Promise<void> {
  const paths = await pathsIn(parent, top)
  const options = { cwd: parent, portable: true, noDirRecurse: true, mtime: time, jobs: 1 }
  const dense = paths.filter((path) => path.endsWith(DENSE))
  const others = paths.filter((path) => !path.endsWith(DENSE))
  async function* frames() {
    yield* compressed(withoutTrailer(create(options, others)))
    yield* stored(dense.length > 0 ? create(options, dense) : trailer())
  }
  await pipeline(Readable.from(frames()), createWriteStream(file))
}

/** The folder and all that is below it, sorted; folders end with "/". */
async function pathsIn(parent: string, folder: string): Promise<string[]> {
  const entries = await readdir(join(parent, folder), { withFileTypes: true })
  const paths = [`${folder}/`]
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = `${folder}/${entry.name}`
    paths.push(...(entry.isDirectory() ? await pathsIn(parent, path) : [path]))
  }
  return paths
}

async function* withoutTrailer(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let held = Buffer.alloc(0)
  for await (const chunk of source) {
    const whole = Buffer.concat([held, chunk])
    const end = Math.max(0, whole.length - TRAILER_BYTES)
    if (end > 0) yield whole.subarray(0, end)
    held = whole.subarray(end)
  }
}

/** The end of an archive whose last files were compressed. */
function trailer(): AsyncIterable<Uint8Array> {
  return Readable.from([Buffer.alloc(TRAILER_BYTES)])
}
