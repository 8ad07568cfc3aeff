import { existsSync } from 'node:fs'
import { open, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { giveToOwnerOf } from '../store/data-lock.js'
import { BackupError } from './backup-error.js'

const FILE = 'restore.json'

/** What a restore is about to do: written once everything it needs lies ready, and removed when it is done. */
const Journal = z.object({
  /** Folder inside the data folder that takes the old data. */
  aside: z.string().regex(/^before-restore-[0-9A-Za-z-]+$/),
  /** What of `restore-incoming` takes its place. */
  items: z.array(z.enum(['appliance.db', 'uploads', 'signing.key'])),
})
export type Journal = z.infer<typeof Journal>

/** Whether a restore was begun that neither ended nor was undone. */
export function isRestoreUnderWay(dataDir: string): boolean {
  return existsSync(join(dataDir, FILE))
}

/**
 * The restore that was begun, if any.
 * @throws BackupError when the journal cannot be understood.
 */
export async function readJournal(dataDir: string): Promise<Journal | undefined> {
  if (!isRestoreUnderWay(dataDir)) return undefined
  const file = join(dataDir, FILE)
  try {
    return Journal.parse(JSON.parse(await readFile(file, 'utf8')))
  } catch (error) {
    throw new BackupError(
      `${file} cannot be read, so the restore it tells of cannot be finished: move it away and restore the backup again.`,
      { cause: error },
    )
  }
}

/** Writes the journal: from here on a restore is finished, whatever happens. It is on the disk when this resolves. */
export async function writeJournal(dataDir: string, journal: Journal): Promise<void> {
  const file = join(dataDir, FILE)
  await rm(`${file}.new`, { force: true })
  const handle = await open(`${file}.new`, 'wx', 0o600)
  try {
    await handle.writeFile(`${JSON.stringify(journal)}\n`)
    // Whoever starts next must be able to read it.
    giveToOwnerOf(dataDir, `${file}.new`)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(`${file}.new`, file)
}

/** The restore is done, or undone. */
export async function removeJournal(dataDir: string): Promise<void> {
  await rm(join(dataDir, FILE), { force: true })
}
