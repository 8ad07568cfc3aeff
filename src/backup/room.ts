import { statfs } from 'node:fs/promises'
import { BackupError } from './backup-error.js'

const MIB = 1024 ** 2
/** Left free, so that a backup never fills to the last byte a disk that the appliance writes to. */
const RESERVE = 32 * MIB

/** How many bytes are free in a folder. */
export type FreeBytes = (folder: string) => Promise<number>

/** What the file system says is free for this user. */
export async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder)
  return bavail * bsize
}

/**
 * Makes sure that so many more bytes fit into a folder.
 * @throws BackupError when they do not.
 */
export async function requireRoom(folder: string, bytes: number, free: FreeBytes = freeBytes): Promise<void> {
  const found = await free(folder)
  const needed = bytes + RESERVE
  if (found >= needed) return
  throw new BackupError(
    `The disk of ${folder} is too full: ${mebibytes(needed)} are needed and ${mebibytes(found)} are free. Free some space, or use another disk.`,
  )
}

/** A size for people. */
export function mebibytes(bytes: number): string {
  const size = bytes / MIB
  return size < 10 ? `${size.toFixed(1)} MiB` : `${Math.ceil(size).toString()} MiB`
}
