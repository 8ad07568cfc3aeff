import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** How the schedule names its files, and nobody else: only these are ever removed. */
const OURS = /^guichet-(\d{4}-\d\d-\d\d)T(\d\d)(\d\d)(\d\d)Z\.tar\.gz$/

/** A backup that the schedule has made. */
export interface KeptBackup {
  file: string
  /** When it was begun. */
  at: Date
}

/** The name of a scheduled backup that begins at this time. */
export function backupName(at: Date): string {
  return `guichet-${at.toISOString().slice(0, 19).replaceAll(':', '')}Z.tar.gz`
}

/** The scheduled backups in a folder, newest first; none when it cannot be read. */
export async function keptBackups(folder: string): Promise<KeptBackup[]> {
  const names = await readdir(folder).catch(() => [])
  return names
    .flatMap((name) => {
      const [, day, hours, minutes, seconds] = OURS.exec(name) ?? []
      if (day === undefined) return []
      return [
        {
          file: join(folder, name),
          at: new Date(`${day}T${hours ?? ''}:${minutes ?? ''}:${seconds ?? ''}Z`),
        },
      ]
    })
    .filter(({ at }) => !Number.isNaN(at.getTime()))
    .sort((one, other) => other.at.getTime() - one.at.getTime())
}

/** Removes all but the newest `keep` scheduled backups of a folder; which ones went. */
export async function removeOldBackups(folder: string, keep: number): Promise<string[]> {
  const old = (await keptBackups(folder)).slice(keep)
  for (const { file } of old) await rm(file, { force: true })
  return old.map(({ file }) => file)
}

/** Removes what scheduled backups that were killed have left in a folder. Nothing is being written there now. */
export async function removePartials(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    if (name.endsWith('.partial') && OURS.test(name.slice(0, -'.partial'.length)))
      await rm(join(folder, name), { force: true })
  }
}

/** Size of a backup in bytes; null when it is gone. */
export async function sizeOfBackup(file: string): Promise<number | null> {
  return (await stat(file).catch(() => undefined))?.size ?? null
}
