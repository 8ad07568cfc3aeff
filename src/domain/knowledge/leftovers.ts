import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Database } from '../../store/database.js'
import { sourceStore } from '../../store/sources.js'

/** How uploads are called: 128 random bits in hex, or a UUID. Whatever else lies there is not ours to remove. */
const OUR_NAME = /^[0-9a-f]{32}$|^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/**
 * Removes uploads that no source names, those under way when a process was killed. What was written at or after
 * `before` (Unix time, ms) stays: an upload under way has no source yet.
 */
export async function removeLeftovers(db: Database['db'], uploadsDir: string, before: number): Promise<void> {
  const entries = await readdir(uploadsDir, { withFileTypes: true })
  const held = await sourceStore(db).storedFiles()
  for (const entry of entries) {
    if (!entry.isFile() || !OUR_NAME.test(entry.name) || held.has(entry.name)) continue
    const path = join(uploadsDir, entry.name)
    const written = await stat(path).catch(() => undefined)
    if (written !== undefined && written.mtimeMs < before) await rm(path, { force: true })
  }
}
