import { stat, statfs } from 'node:fs/promises'
import { BackupError } from './backup-error.js'

const MIB = 1024 ** 2
/** Left free, so that a backup never fills to the last byte a disk that the appliance writes to. */
const RESERVE = 32 * MIB

/** How many bytes are free in a folder. */
export type FreeBytes = (folder: string) => Promise<number>

/** What is about to be written to a folder. */
export interface Need {
  folder: string
  bytes: number
}

/** What the file system says is free for this user. */
export async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder)
  return bavail * bsize
}

/**
 * Makes sure that so many more bytes fit into these folders; those on one disk share what is free there.
 * @throws BackupError when they do not.
 */
export async function requireRoom(needs: readonly Need[], free: FreeBytes = freeBytes): Promise<void> {
  const disks = new Map<number, Need[]>()
  for (const need of needs) {
    const { dev } = await stat(need.folder)
    disks.set(dev, [...(disks.get(dev) ?? []), need])
  }
  for (const together of disks.values()) {
    const needed = together.reduce((sum, { bytes }) => sum + bytes, RESERVE)
    for (const { folder } of together) {
      const found = await free(folder)
      if (found >= needed) continue
      throw new BackupError(
        `The disk of ${folder} is too full: ${mebibytes(needed)} are needed and ${mebibytes(found)} are free. Free some space, or use another disk.`,
      )
    }
  }
}

/** Whether two folders lie on one disk. */
export async function onOneDisk(folder: string, other: string): Promise<boolean> {
  return (await stat(folder)).dev === (await stat(other)).dev
}

/** A size for people. */
export function mebibytes(bytes: number): string {
  const size = bytes / MIB
  return size < 10 ? `${size.toFixed(1)} MiB` : `${Math.ceil(size).toString()} MiB`
}
