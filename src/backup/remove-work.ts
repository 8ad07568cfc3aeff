import { rm } from 'node:fs/promises'
import { DataFolderError, refuseForeign } from '../store/data-lock.js'
import { BackupError, reasonOf } from './backup-error.js'

/**
 * Removes a folder that a backup or a restore has worked in, if it is there.
 * @throws BackupError when it cannot be removed; where it belongs to somebody else, it says to whom.
 */
export async function removeWork(dataDir: string, folder: string): Promise<void> {
  try {
    await rm(folder, { recursive: true, force: true })
  } catch (error) {
    const at = error instanceof Error && 'path' in error ? String(error.path) : folder
    throw new BackupError(ownerOf(dataDir, at) ?? `${folder} cannot be removed (${reasonOf(error)}).`, {
      cause: error,
    })
  }
}

function ownerOf(dataDir: string, path: string): string | undefined {
  try {
    refuseForeign(dataDir, path)
    return undefined
  } catch (error) {
    if (!(error instanceof DataFolderError)) throw error
    return error.message
  }
}
