import { readdir, rm, stat } from 'node:fs/promises'
import type { Database } from '../../store/database.js'
import { sourceStore } from '../../store/sources.js'
import { uploadPath } from '../../store/upload-file.js'

/**
 * Removes uploads that no source names, those under way when a process was killed. What was written at or after
 * `before` (Unix time, ms) stays: an upload under way has no source yet.
 */
export async function removeLeftovers(db: Database['db'], uploadsDir: string, before: number): Promise<void> {
  const entries = await readdir(uploadsDir, { withFileTypes: true })
  const held = await sourceStore(db).storedFiles()
  for (const entry of entries) {
    const path = uploadPath(uploadsDir, entry.name)
    if (!entry.isFile() || path === undefined || held.has(entry.name)) continue
    const written = await stat(path).catch(() => undefined)
    if (written !== undefined && written.mtimeMs < before) await rm(path, { force: true })
  }
}
