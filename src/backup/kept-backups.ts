import { lstat, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { reasonOf } from './backup-error.js'

/** How the schedule names its files, and nobody else: only these are ever removed. */
const OURS = /^guichet-(\d{4}-\d\d-\d\d)T(\d\d)(\d\d)(\d\d)Z\.tar\.gz$/
/** By so much a clock may be set back without making anything of what was just written. */
const CLOCK_SLACK_MS = 5 * 60_000

/** A backup that the schedule has made. */
export interface KeptBackup {
  file: string
  /** When it was begun, by the clock of that time. */
  at: Date
  bytes: number
  /** Its time is still to come: a clock was wrong, then or now, and it counts as older than all others. */
  ahead: boolean
}

/** The name of a scheduled backup that begins at this time. */
export function backupName(at: Date): string {
  return `guichet-${at.toISOString().slice(0, 19).replaceAll(':', '')}Z.tar.gz`
}

/** The scheduled backups in a folder, newest first; none when it cannot be read. Only plain files are backups. */
export async function keptBackups(folder: string, now = new Date()): Promise<KeptBackup[]> {
  const kept: KeptBackup[] = []
  for (const name of await readdir(folder).catch(() => [])) {
    const at = timeOf(name)
    if (at === undefined) continue
    const file = join(folder, name)
    const found = await lstat(file).catch(() => undefined)
    if (found?.isFile() !== true) continue
    kept.push({ file, at, bytes: found.size, ahead: at.getTime() > now.getTime() + CLOCK_SLACK_MS })
  }
  return kept.sort(
    (one, other) => Number(one.ahead) - Number(other.ahead) || other.at.getTime() - one.at.getTime(),
  )
}

/** The newest of what `keptBackups` gave; none that is dated in the future. */
export function newestOf(kept: readonly KeptBackup[]): KeptBackup | undefined {
  return kept.find(({ ahead }) => !ahead)
}

/**
 * Removes all but `keep` scheduled backups of a folder: the one just written stays, whatever the clock says, and the
 * newest of the others.
 * @returns which ones went, and why others would not.
 */
export async function removeOldBackups(
  folder: string,
  keep: number,
  written: string,
): Promise<{ removed: string[]; problems: string[] }> {
  const others = (await keptBackups(folder)).filter(({ file }) => file !== written)
  const removed: string[] = []
  const problems: string[] = []
  for (const { file } of others.slice(keep - 1)) {
    try {
      await rm(file, { force: true })
      removed.push(file)
    } catch (error) {
      problems.push(reasonOf(error))
    }
  }
  return { removed, problems }
}

/** Removes what scheduled backups that were killed have left in a folder. Nothing is being written there now. */
export async function removePartials(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    if (!name.endsWith('.partial') || !OURS.test(name.slice(0, -'.partial'.length))) continue
    const file = join(folder, name)
    if ((await lstat(file).catch(() => undefined))?.isFile() === true) await rm(file, { force: true })
  }
}

function timeOf(name: string): Date | undefined {
  const [, day, hours, minutes, seconds] = OURS.exec(name) ?? []
  if (day === undefined) return undefined
  const at = new Date(`${day}T${hours ?? ''}:${minutes ?? ''}:${seconds ?? ''}Z`)
  return Number.isNaN(at.getTime()) ? undefined : at
}
