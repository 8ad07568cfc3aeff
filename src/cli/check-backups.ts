import type { Config } from '../config.js'
import { BackupError } from '../backup/backup-error.js'
import { lookProcess } from '../backup/backup-process.js'
import { newestOf } from '../backup/kept-backups.js'
import { mebibytes } from '../backup/room.js'
import { isOverdue, nextDue } from '../backup/schedule.js'
import type { Finding } from './finding.js'

const subject = 'Backups'

/** Whether scheduled backups can be written and when the last one was taken; nothing where none are scheduled. */
export async function checkBackups(backup: Config['backup']): Promise<Finding[]> {
  if (backup === undefined) return []
  const { dir, schedule } = backup
  const seen = await lookProcess({})(dir).catch((error: unknown) => {
    if (!(error instanceof BackupError)) throw error
    return { problem: error.message, kept: [] }
  })
  if (seen.problem !== null) return [{ subject, status: 'bad', text: seen.problem }]
  const { kept } = seen
  const ahead = kept.filter((each) => each.ahead).length
  const odd =
    ahead === 0
      ? ''
      : ` ${String(ahead)} of those in ${dir} ${ahead === 1 ? 'is' : 'are'} dated in the future and ${ahead === 1 ? 'counts' : 'count'} as the oldest: look at the clock.`
  const newest = newestOf(kept)
  if (newest === undefined) {
    const text = `None in ${dir} yet; a minute after the start one is taken.${odd}`
    return [{ subject, status: 'note', text }]
  }
  const last = `the last one is of ${newest.at.toISOString()}, ${mebibytes(newest.bytes)}; ${String(kept.length)} in ${dir}`
  if (isOverdue(schedule, newest.at)) {
    const due = nextDue(schedule, newest.at)?.toISOString() ?? ''
    const text = `One was missed on ${due}; ${last}. The next start makes up for it.${odd}`
    return [{ subject, status: 'note', text }]
  }
  const text = `${last.charAt(0).toUpperCase()}${last.slice(1)}.${odd}`
  return [{ subject, status: ahead > 0 ? 'note' : 'good', text }]
}
