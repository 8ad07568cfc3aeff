import type { KeyObject } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { BundleError } from './bundle-error.js'
import { extractArchive } from './read-archive.js'
import type { Verdict } from './verdict.js'
import { verifyArchive } from './verify-archive.js'
import { verifyFolder } from './verify-folder.js'

/**
 * Verifies an archive, unpacks it, and verifies what lies on the disk. The folder gets its name only then, so that
 * nothing half unpacked is ever started.
 * @returns the bundle's folder, and what was found out about it
 * @throws BundleError when anything is wrong; nothing is left behind
 */
export async function unpackBundle(
  archive: string,
  into: string,
  key?: KeyObject,
): Promise<{ folder: string; verdict: Verdict }> {
  insist(await verifyArchive(archive, key))
  mkdirSync(into, { recursive: true })
  const work = mkdtempSync(join(into, '.unpacking-'))
  try {
    await extractArchive(archive, work)
    const [top = ''] = readdirSync(work)
    const folder = join(into, top)
    if (existsSync(folder)) throw new BundleError(`${folder} is there already: move it away or name another.`)
    const verdict = await verifyFolder(join(work, top), key)
    insist(verdict)
    renameSync(join(work, top), folder)
    return { folder, verdict }
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

function insist({ ok, failures }: Verdict): void {
  if (!ok) throw new BundleError(failures.join('\n'))
}
