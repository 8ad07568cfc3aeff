import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { restoreBackup, type RestoreHooks } from '#src/backup/restore-backup.js'
import { openDatabase } from '#src/store/database.js'
import { manifestFor, type TarEntry } from './tar-block.js'

/** A kept database, which names one upload. */
export const KEPT_DATABASE = fileURLToPath(new URL('../fixtures/databases/001-init.db', import.meta.url))
/** One of the third schema, with vectors in a table of our own. */
export const NEWER_DATABASE = fileURLToPath(
  new URL('../fixtures/databases/003-knowledge.db', import.meta.url),
)
/** That upload. */
export const UPLOAD = 'f'.repeat(32)
/** What a good backup holds. */
export const GOOD: Record<string, Buffer | string> = {
  'appliance.db': readFileSync(KEPT_DATABASE),
  [`uploads/${UPLOAD}`]: 'kettle',
}

/** The entries of a backup of these files, its list first. */
export function archive(files: Record<string, Buffer | string> = GOOD, more: object = {}): TarEntry[] {
  return [manifestFor(files, more), ...Object.entries(files).map(([path, body]) => ({ path, body }))]
}

/** Every file of a data folder but the locks, with its checksum. */
export function stateOf(dir: string): Record<string, string> {
  const files = readdirSync(dir, { recursive: true, encoding: 'utf8', withFileTypes: true })
    .filter((entry) => entry.isFile() && !/^(appliance|backup)\.lock/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
  return Object.fromEntries(files.map((path) => [path.slice(dir.length + 1), sha256(readFileSync(path))]))
}

/** The state after `GOOD` was restored over the data of `oldData`, but for the folder of the old ones. */
export const RESTORED = {
  'appliance.db': sha256(GOOD['appliance.db'] ?? ''),
  [`uploads/${UPLOAD}`]: sha256('kettle'),
  'signing.key': sha256('old key'),
}

/** A data folder with data to be replaced, and a place for a backup beside it. */
export async function oldData() {
  const out = mkdtempSync(join(tmpdir(), 'guichet-restore-'))
  const dataDir = join(out, 'data')
  const file = join(out, 'backup.tar.gz')
  mkdirSync(join(dataDir, 'uploads'), { recursive: true })
  await (await openDatabase(join(dataDir, 'appliance.db'))).close()
  writeFileSync(join(dataDir, 'uploads', 'old'), 'old upload')
  writeFileSync(join(dataDir, 'signing.key'), 'old key')
  return {
    out,
    dataDir,
    file,
    restore: (hooks: RestoreHooks = {}) =>
      restoreBackup({ file, dataDir, version: '0.0.1' }, new AbortController().signal, hooks),
    /** Without the folders of older data. */
    now: () =>
      Object.fromEntries(
        Object.entries(stateOf(dataDir)).filter(([path]) => !path.startsWith('before-restore-')),
      ),
    asides: () => readdirSync(dataDir).filter((name) => name.startsWith('before-restore-')),
    dispose: () => {
      rmSync(out, { recursive: true, force: true })
    },
  }
}

function sha256(body: Buffer | string): string {
  return createHash('sha256').update(body).digest('hex')
}
