import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Database } from '../store/database.js'
import { passageIndex } from '../store/passage-index.js'
import { passageStore } from '../store/passages.js'
import { sourceStore, type Source } from '../store/sources.js'

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
  for (;;) {
    signal.throwIfAborted()
    const nums = await passageStore(db).nums(sourceId, REMOVE_BATCH, keep)
    if (nums.length === 0) return
    await db.transaction().execute(async (tx) => {
      passageIndex(connection).remove(nums)
      await passageStore(tx).remove(nums)
    })
    await nextTurn()
  }
}

/** Removes everything of a hidden source; its row, and the job with it, last. */
export async function deleteSource(
  database: Database,
  uploadsDir: string,
  source: Source,
  signal: AbortSignal,
): Promise<void> {
  await removePassages(database, source.id, signal)
  if (source.storedFile !== null) await rm(join(uploadsDir, source.storedFile), { force: true })
  await sourceStore(database.db).remove(source.id)
}
