import { reasonOf } from './backup-error.js'
import { requireBackupFolder } from './backup-folder.js'
import { keptBackups } from './kept-backups.js'
import { LookOrder, type Looked } from './protocol.js'

// A process of its own for looking at a folder of backups: it may lie on a disk that hangs, and whoever waits for one
// inside of a process keeps that process from ending.
process.once('message', (raw) => {
  void look(LookOrder.parse(raw)).then((looked) => {
    process.send?.(looked, () => process.disconnect())
  })
})

async function look({ dir }: LookOrder): Promise<Looked> {
  const problem = await requireBackupFolder(dir).then(() => null, reasonOf)
  return { problem, kept: await keptBackups(dir) }
}
