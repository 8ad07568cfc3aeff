import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { DataFolderError, giveToOwnerOf, holdBackups } from '../store/data-lock.js'
import { removeWork } from './remove-work.js'

const WORK = 'backup-work'

/** A folder inside the data folder that one backup, check or restore has for itself. */
export interface Workspace {
  dir: string
  /** Removes it and lets the next one begin. */
  close(): Promise<void>
}

/**
 * Makes an empty workspace; what one that was killed left behind is removed first.
 * It lies in the data folder, so that uploads are linked and not copied, and restored files only renamed.
 * @throws DataFolderError when another backup or restore is under way, or the folder cannot be written to; BackupError
 * when what was left behind cannot be removed.
 */
export async function openWorkspace(dataDir: string): Promise<Workspace> {
  const release = holdBackups(dataDir)
  const dir = join(dataDir, WORK)
  try {
    await removeWork(dataDir, dir)
    await mkdir(dir, { mode: 0o700 })
    giveToOwnerOf(dataDir, dir)
  } catch (error) {
    release()
    throw error
  }
  return {
    dir,
    close: async () => {
      // @NOTE before letting go: the next one makes a folder of the same name.
      await removeWork(dataDir, dir).finally(release)
    },
  }
}

/** Removes what a killed backup left in the data folder, which would keep uploads alive that were deleted since. */
export async function removeAbandonedWork(dataDir: string): Promise<void> {
  if (!existsSync(join(dataDir, WORK))) return
  try {
    await (await openWorkspace(dataDir)).close()
  } catch (error) {
    // One is under way.
    if (!(error instanceof DataFolderError)) throw error
  }
}
