import { constants, setPriority } from 'node:os'
import { dirname } from 'node:path'
import { BackupError, reasonOf } from './backup-error.js'
import { requireBackupFolder } from './backup-folder.js'
import { removeOldBackups, removePartials } from './kept-backups.js'
import { Order, type Outcome } from './protocol.js'
import { takeBackup } from './take-backup.js'

// A process of its own for a scheduled backup: compressing and checking hold up nobody who waits for an answer, and a
// disk that hangs holds up nothing else.
const stop = new AbortController()
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop.abort())
// Without the appliance there is nobody to tell, and its next start begins anew.
process.on('disconnect', () => stop.abort())

process.once('message', (raw) => {
  void work(raw).then((outcome) => {
    process.send?.(outcome, () => process.disconnect())
  })
})

async function work(raw: unknown): Promise<Outcome> {
  try {
    lowerPriority()
    const order = Order.parse(raw)
    const dir = dirname(order.file)
    await requireBackupFolder(dir)
    await removePartials(dir)
    const { bytes, createdAt, missingUploads } = await takeBackup(order, stop.signal)
    const { removed, problems } = await removeOldBackups(dir, order.keep, order.file)
    return { type: 'done', bytes, createdAt, missingUploads, removed, unremoved: problems }
  } catch (error) {
    const known = error instanceof BackupError || stop.signal.aborted
    return {
      type: 'failed',
      message: known || !(error instanceof Error) ? reasonOf(error) : explained(error),
    }
  }
}

function lowerPriority(): void {
  try {
    setPriority(constants.priority.PRIORITY_BELOW_NORMAL)
  } catch {
    // Then it competes with everybody else.
  }
}

function explained(error: Error): string {
  return /^(Database|DataFolder)Error$/.test(error.name) ? error.message : (error.stack ?? error.message)
}
