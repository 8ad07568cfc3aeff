import { existsSync } from 'node:fs'
import { mkdir, rename, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { giveToOwnerOf } from '../store/data-lock.js'
import { BackupError, reasonOf } from './backup-error.js'
import { readJournal, removeJournal, writeJournal, type Journal } from './journal.js'
import { removeWork } from './remove-work.js'
import { syncFolder } from './sync-folder.js'

/** Files that belong to the database and make no sense without it. */
const SIDECARS = ['appliance.db-wal', 'appliance.db-shm']

/** Called after each step; tests end the process there. */
export type OnStep = (step: string) => void

/** Where restored data wait, whole and checked, before they take their place. */
export function incomingFolder(dataDir: string): string {
  return join(dataDir, 'restore-incoming')
}

/**
 * Moves the data that are there aside and those of the incoming folder into their place. A process that ends half-way
 * is finished by `finishRestore`; a failure is undone.
 * @throws BackupError when a file could not be moved.
 */
export async function swapData(
  dataDir: string,
  journal: Journal,
  onStep: OnStep = () => undefined,
): Promise<void> {
  const aside = join(dataDir, journal.aside)
  await mkdir(aside, { mode: 0o700 })
  giveToOwnerOf(dataDir, aside)
  try {
    await writeJournal(dataDir, journal)
    onStep('journal written')
    await finish(dataDir, journal, onStep)
  } catch (error) {
    await undo(dataDir, journal).catch((second: unknown) => {
      throw new BackupError(
        `The data in ${dataDir} could be neither replaced (${reasonOf(error)}) nor put back (${reasonOf(second)}): correct that, then start Guichet, which finishes the restore.`,
        { cause: error },
      )
    })
    throw new BackupError(
      `The data in ${dataDir} could not be replaced (${reasonOf(error)}) and are as they were before: see that nothing in it is a mount or in use, then restore again.`,
      { cause: error },
    )
  }
}

/**
 * Brings a restore to its end that was interrupted half-way, as the first thing done with the data folder. Whoever
 * calls it holds the folder.
 * @returns the folder that the old data were moved to; undefined when there was nothing to finish.
 * @throws BackupError when it cannot be finished.
 */
export async function finishRestore(dataDir: string): Promise<string | undefined> {
  const journal = await readJournal(dataDir)
  if (journal === undefined) {
    // Left by a restore that ended before it touched anything.
    await removeWork(dataDir, incomingFolder(dataDir))
    return undefined
  }
  try {
    await finish(dataDir, journal, () => undefined)
  } catch (error) {
    throw new BackupError(
      `A restore of ${dataDir} was interrupted and cannot be finished (${reasonOf(error)}): correct that, then start again.`,
      { cause: error },
    )
  }
  return join(dataDir, journal.aside)
}

/** Every step can be repeated: what still waits in the incoming folder has not taken its place yet. */
async function finish(dataDir: string, { aside, items }: Journal, onStep: OnStep): Promise<void> {
  const incoming = incomingFolder(dataDir)
  for (const item of items) {
    if (!existsSync(join(incoming, item))) continue
    for (const old of oldNames(item)) {
      if (!existsSync(join(dataDir, old))) continue
      await rename(join(dataDir, old), join(dataDir, aside, old))
      onStep(`${old} moved aside`)
    }
    await rename(join(incoming, item), join(dataDir, item))
    onStep(`${item} in its place`)
  }
  await syncFolder(join(dataDir, aside))
  await syncFolder(dataDir)
  await removeJournal(dataDir)
  onStep('journal removed')
  await removeWork(dataDir, incoming)
}

/** The way back, in the opposite order. */
async function undo(dataDir: string, { aside, items }: Journal): Promise<void> {
  const incoming = incomingFolder(dataDir)
  for (const item of items.toReversed()) {
    if (!existsSync(join(incoming, item))) await rename(join(dataDir, item), join(incoming, item))
    for (const old of oldNames(item).toReversed()) {
      if (existsSync(join(dataDir, aside, old))) await rename(join(dataDir, aside, old), join(dataDir, old))
    }
  }
  await syncFolder(dataDir)
  await removeJournal(dataDir)
  await rmdir(join(dataDir, aside))
}

/** The database goes last: without it, nobody mistakes its -wal for another's. */
function oldNames(item: Journal['items'][number]): string[] {
  return item === 'appliance.db' ? [...SIDECARS, item] : [item]
}
