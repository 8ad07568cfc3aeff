import type { Config } from '../config.js'
import { requireBackupFolder } from '../backup/take-backup.js'
import { BackupError } from '../backup/backup-error.js'
import { keptBackups, sizeOfBackup } from '../backup/kept-backups.js'
import { mebibytes } from '../backup/room.js'
import { lastDue } from '../backup/schedule.js'
import type { Finding } from './finding.js'

/** Whether scheduled backups can be written and when the last one was taken; nothing where none are scheduled. */
export async function checkBackups(backup: Config['backup']): Promise<Finding[]> {
  if (backup === undefined) return []
  const subject = 'Backups'
  try {
    await requireBackupFolder(backup.dir)
  } catch (error) {
    if (!(error instanceof BackupError)) throw error
    return [{ subject, status: 'bad', text: error.message }]
  }
  const kept = await keptBackups(backup.dir)
  const [newest] = kept
  if (newest === undefined)
    return [
      { subject, status: 'note', text: `None in ${backup.dir} yet; a minute after the start one is taken.` },
    ]
  const size = mebibytes((await sizeOfBackup(newest.file)) ?? 0)
  const last = `the last one is of ${newest.at.toISOString()}, ${size}; ${String(kept.length)} in ${backup.dir}`
  const due = lastDue(backup.schedule)
  return due !== undefined && newest.at < due
    ? [
        {
          subject,
          status: 'note',
          text: `One was missed on ${due.toISOString()}; ${last}. The next start makes up for it.`,
        },
      ]
    : [{ subject, status: 'good', text: `${last.charAt(0).toUpperCase()}${last.slice(1)}.` }]
}
