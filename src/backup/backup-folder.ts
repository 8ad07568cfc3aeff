import { mkdir, open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { BackupError, reasonOf } from './backup-error.js'

/**
 * Makes a folder for backups, readable to this user alone, and tries whether it can be written to.
 * @throws BackupError when it cannot.
 */
export async function requireBackupFolder(folder: string): Promise<void> {
  const probe = join(folder, '.guichet-probe')
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    await (await open(probe, 'w', 0o600)).close()
    await rm(probe, { force: true })
  } catch (error) {
    throw new BackupError(
      `No backup can be written to ${folder} (${reasonOf(error)}): correct its permissions, or BACKUP_DIR.`,
      { cause: error },
    )
  }
}
