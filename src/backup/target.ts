import { realpath, stat } from 'node:fs/promises'
import { basename, dirname, join, relative, sep } from 'node:path'
import { BackupError } from './backup-error.js'
import type { DataPaths } from './collect.js'

/** What Guichet keeps in the data folder, whatever its state: no backup may take the place of any of it. */
const OWN =
  /^(appliance\.db(\.migrating)?(-wal|-shm|-journal)?|(appliance|backup)\.lock(-wal|-shm|-journal)?|signing\.key|restore\.json(\.new)?|uploads|backup-work|restore-incoming|before-restore-.*)$/i

/**
 * Makes sure that a backup can be written to a file: its folder is there, nothing is lost, and it is none of Guichet's
 * own files, by whatever way it is named.
 * @throws BackupError when it cannot.
 */
export async function requireTarget(file: string, force: boolean, data: DataPaths): Promise<void> {
  const found = await stat(file).catch(() => undefined)
  if (found?.isDirectory() === true)
    throw new BackupError(`${file} is a folder: name a file in it, such as ${join(file, 'guichet.tar.gz')}.`)
  if (found !== undefined && !found.isFile())
    throw new BackupError(`${file} is not a plain file: name another one.`)
  const folder = await realpath(dirname(file)).catch(() => undefined)
  if (folder === undefined || !(await stat(folder)).isDirectory())
    throw new BackupError(`There is no folder ${dirname(file)}: make it, or name another file.`)
  await refuseOwn(file, join(folder, basename(file)), data)
  if (found !== undefined && !force) throw alreadyThere(file)
}

/** What is there stays unless it may be replaced. */
export function alreadyThere(file: string): BackupError {
  return new BackupError(`${file} is there already: name another file, or replace it with --force.`)
}

async function refuseOwn(file: string, place: string, data: DataPaths): Promise<void> {
  const real = (path: string) => realpath(path).catch(() => path)
  const dir = await real(data.dir)
  const uploads = await real(data.uploads)
  const database = await real(data.database)
  const kept = [database, ...['-wal', '-shm', '-journal'].map((end) => `${database}${end}`)]
  kept.push(await real(data.signingKey))
  // Where the file itself is a link, it counts by what it leads to as well.
  for (const path of [place, await real(place)]) {
    if (isWithin(uploads, path))
      throw new BackupError(`${file} would lie among the uploads: name a file outside of ${data.uploads}.`)
    const [first = ''] = isWithin(dir, path) ? relative(dir, path).split(sep) : []
    if (OWN.test(first) || kept.includes(path))
      throw new BackupError(
        `${file} is where Guichet keeps its own data: name a file outside of them, best in another folder.`,
      )
  }
}

function isWithin(folder: string, path: string): boolean {
  const way = relative(folder, path)
  return way !== '..' && !way.startsWith(`..${sep}`)
}
