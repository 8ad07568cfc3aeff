import { chmodSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
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
  try {
    makePrivate(dir)
    const lock = new Sqlite(join(dir, 'appliance.lock'), { timeout: 0 })
    lock.exec('begin exclusive')
    return () => {
      lock.close()
    }
  } catch (error) {
    throw new DataFolderError(explain(dir, error), { cause: error })
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

function explain(dir: string, error: unknown): string {
  if (error instanceof Sqlite.SqliteError && error.code.startsWith('SQLITE_BUSY')) {
    return `${dir} is in use by another Guichet: stop that one, or choose another DATA_DIR.`
  }
  const reason = error instanceof Error ? error.message : String(error)
  return `${dir} cannot be written to (${reason}): correct its permissions, or DATA_DIR.`
}
