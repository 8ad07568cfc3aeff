import { Cron } from 'croner'

/** When a cron expression, which is valid, first comes round after a moment; undefined when it never does. */
export function nextDue(schedule: string, after: Date): Date | undefined {
  // @NOTE forwards only: looking backwards, croner fails on dates that come round once in years (29 February).
  return new Cron(schedule, { paused: true }).nextRun(after) ?? undefined
}

/** Whether a backup of this time leaves out one that is due by now; without any backup, one is always due. */
export function isOverdue(schedule: string, newest: Date | undefined, now = new Date()): boolean {
  if (newest === undefined) return true
  const due = nextDue(schedule, newest)
  return due !== undefined && due <= now
}
