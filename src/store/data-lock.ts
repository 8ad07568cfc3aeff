import {
  accessSync,
  chmodSync,
  closeSync,
  constants,
  fchownSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  openSync,
  rmSync,
  statSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import Sqlite from 'better-sqlite3'

/** Another appliance works on the data, or the folder cannot be written to. */
export class DataFolderError extends Error {
  override readonly name = 'DataFolderError'
}

/** What an appliance reads and writes in its data folder. */
const NEEDED = [
  ...['', 'appliance.lock', 'backup.lock', 'appliance.db', 'appliance.db-wal', 'appliance.db-shm'],
  ...['signing.key', 'restore.json', 'uploads'],
]

/**
 * Claims the data folder for this process, since two would work off each other's jobs; gives back how to let go.
 * The folder is made readable to this user alone: it holds keys, documents and conversations.
 * The claim is a lock of the operating system, held through SQLite: it ends with the process, however that ends.
 * @throws DataFolderError when another process holds it, the folder cannot be written to, or what is in it belongs to
 * somebody else.
 */
export function holdDataFolder(dir: string): () => void {
  const busy = `${dir} is in use by another Guichet: stop that one, or choose another DATA_DIR.`
  try {
    makePrivate(dir)
    for (const name of NEEDED) refuseForeign(dir, join(dir, name))
    return hold(join(dir, 'appliance.lock'))
  } catch (error) {
    if (error instanceof DataFolderError) throw error
    throw new DataFolderError(explain(dir, error, busy), { cause: error })
  }
}

/**
 * Claims the making and reading of backups of this data folder, which must exist; an appliance may run meanwhile.
 * @throws DataFolderError when another process holds it, or the folder cannot be written to.
 */
export function holdBackups(dir: string): () => void {
  const busy = `Another backup or restore of ${dir} is under way: wait for its end, then try again.`
  try {
    return hold(join(dir, 'backup.lock'))
  } catch (error) {
    throw new DataFolderError(explain(dir, error, busy), { cause: error })
  }
}

/** Removes the file that `holdBackups` claims, of a folder that was made for one claim, unless somebody holds it. */
export function removeBackupLock(dir: string): void {
  const release = holdBackups(dir)
  rmSync(join(dir, 'backup.lock'), { force: true })
  release()
}

/** Gives a file or folder to the user a data folder belongs to, when the superuser made it there; else does nothing. */
export function giveToOwnerOf(dir: string, path: string): void {
  if (process.getuid?.() !== 0) return
  const { uid, gid } = statSync(dir)
  lchownSync(path, uid, gid)
}

/**
 * Makes sure that what lies in a data folder may be used, if it is there: the superuser may have made it, and died
 * before it was given to whom it belongs.
 * @throws DataFolderError that says whose it is and what to do.
 */
export function refuseForeign(dir: string, path: string): void {
  const me = process.getuid?.()
  if (me === undefined || me === 0) return
  const found = lstatSync(path, { throwIfNoEntry: false })
  if (found === undefined || found.uid === me || found.isSymbolicLink()) return
  const { R_OK, W_OK, X_OK } = constants
  try {
    accessSync(path, found.isDirectory() ? R_OK | W_OK | X_OK : R_OK | W_OK)
  } catch (error) {
    const owner = found.uid === 0 ? 'root' : `user ${String(found.uid)}`
    const us = `${String(me)}:${String(process.getgid?.() ?? me)}`
    throw new DataFolderError(
      `${path} belongs to ${owner}, and user ${String(me)}, who runs Guichet, may not use it: give the folder back as root with "chown -R ${us} ${dir}", or run Guichet as its owner.`,
      { cause: error },
    )
  }
}

function hold(file: string): () => void {
  makeOwned(file)
  const lock = new Sqlite(file, { timeout: 0 })
  try {
    lock.exec('begin exclusive')
  } catch (error) {
    lock.close()
    throw error
  }
  return () => {
    lock.close()
  }
}

/** A file of the superuser's is its owner's from its first moment: a killed process leaves none that locks them out. */
function makeOwned(file: string): void {
  if (process.getuid?.() !== 0) return
  const { uid, gid } = statSync(dirname(file))
  let handle: number
  try {
    handle = openSync(file, 'wx', 0o644)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
    // @NOTE not through an open file: where a link lies, what it leads to would be given away.
    lchownSync(file, uid, gid)
    return
  }
  fchownSync(handle, uid, gid)
  closeSync(handle)
}

function makePrivate(dir: string): void {
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  try {
    chmodSync(dir, 0o700)
  } catch {
    // @NOTE a mounted volume may refuse this and be usable all the same.
  }
}

function explain(dir: string, error: unknown, busy: string): string {
  if (error instanceof Sqlite.SqliteError && error.code.startsWith('SQLITE_BUSY')) return busy
  const reason = error instanceof Error ? error.message : String(error)
  return `${dir} cannot be written to (${reason}): correct its permissions, or DATA_DIR.`
}
