import { rm } from 'node:fs/promises'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Database } from '../store/database.js'
import { passageIndex } from '../store/passage-index.js'
import { passageStore } from '../store/passages.js'
import { sourceStore, type Source } from '../store/sources.js'
import { uploadPath } from '../store/upload-file.js'

const REMOVE_BATCH = 32

/**
 * Removes passages with their words and vectors, a batch at a time; a later call goes on where this one stopped.
 * @param keep the version whose passages stay; null = none.
 */
export async function removePassages(
  { db, connection }: Database,
  sourceId: string,
  signal: AbortSignal,
  keep: number | null = null,
): Promise<void> {
  for (let before: number | undefined; ;) {
    signal.throwIfAborted()
    const nums = await passageStore(db).nums(sourceId, REMOVE_BATCH, keep)
    if (nums.length === 0) return
    requireProgress(before, nums[0])
    before = nums[0]
    await db.transaction().execute(async (tx) => {
      passageIndex(connection).remove(nums)
      await passageStore(tx).remove(nums)
    })
    await nextTurn()
  }
}

/**
 * Ends a loop that a damaged index would keep going for ever.
 * @throws Error when the first of a batch is the one that was done with before.
 */
function requireProgress(before: number | undefined, first: number | undefined): void {
  if (before === undefined || before !== first) return
  throw new Error('What was written is not there when it is read again: is the database damaged?')
}

/** Removes everything of a hidden source; its row, and the job with it, last. */
export async function deleteSource(
  database: Database,
  uploadsDir: string,
  source: Source,
  signal: AbortSignal,
): Promise<void> {
  await removePassages(database, source.id, signal)
  const file = source.storedFile === null ? undefined : uploadPath(uploadsDir, source.storedFile)
  if (file !== undefined) await rm(file, { force: true })
  await sourceStore(database.db).remove(source.id)
}
