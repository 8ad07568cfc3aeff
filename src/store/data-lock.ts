import { chmodSync, lchownSync, mkdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import Sqlite from 'better-sqlite3'

/** Another appliance works on the data, or the folder cannot be written to. */
export class DataFolderError extends Error {
  override readonly name = 'DataFolderError'
}

/**
 * Claims the data folder for this process, since two would work off each other's jobs; gives back how to let go.
 * The folder is made readable to this user alone: it holds keys, documents and conversations.
 * The claim is a lock of the operating system, held through SQLite: it ends with the process, however that ends.
 * @throws DataFolderError when another process holds it, or the folder cannot be written to.
 */
export function holdDataFolder(dir: string): () => void {
  const busy = `${dir} is in use by another Guichet: stop that one, or choose another DATA_DIR.`
  try {
    makePrivate(dir)
    return hold(join(dir, 'appliance.lock'))
  } catch (error) {
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

/** Gives a file or folder to the user a data folder belongs to, when the superuser made it there; else does nothing. */
export function giveToOwnerOf(dir: string, path: string): void {
  if (process.getuid?.() !== 0) return
  const { uid, gid } = statSync(dir)
  lchownSync(path, uid, gid)
}

function hold(file: string): () => void {
  const lock = new Sqlite(file, { timeout: 0 })
  try {
    lock.exec('begin exclusive')
    giveToOwnerOf(dirname(file), file)
  } catch (error) {
    lock.close()
    throw error
  }
  return () => {
    lock.close()
  }
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
