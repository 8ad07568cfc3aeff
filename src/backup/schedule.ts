import { Cron } from 'croner'

/** When a cron expression, which is valid, last came round; undefined when it never did. */
export function lastDue(schedule: string): Date | undefined {
  return new Cron(schedule).previousRuns(1)[0]
}

/** Whether a backup of this time leaves a due one out; without any backup, one is always due. */
export function isOverdue(schedule: string, newest: Date | undefined): boolean {
  const due = lastDue(schedule)
  return newest === undefined || (due !== undefined && newest < due)
}
