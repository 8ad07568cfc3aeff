import { mkdir, readdir, rm, rmdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { giveToOwnerOf, holdDataFolder, removeBackupLock } from '../store/data-lock.js'
import { DatabaseError } from '../store/database.js'
import { examineDatabase, missingMigrations, newerMigrations, type DatabaseFacts } from '../store/snapshot.js'
import { readArchive } from './archive-reader.js'
import { BackupError } from './backup-error.js'
import { isRestoreUnderWay, type Journal } from './journal.js'
import { DATABASE_NAME, KEY_NAME, UPLOADS_NAME, type Manifest } from './manifest.js'
import { requireRoom, type FreeBytes } from './room.js'
import { finishRestore, incomingFolder, swapData, type OnStep } from './swap.js'
import { syncFolder } from './sync-folder.js'
import { openWorkspace } from './workspace.js'

export interface RestoreRequest {
  /** The backup, an absolute path. */
  file: string
  dataDir: string
  /** Version of this Guichet. */
  version: string
}

/** What a backup holds that has been read and checked from end to end. */
export interface CheckedBackup {
  file: string
  /** Of the file itself. */
  bytes: number
  createdAt: string
  /** Version of the Guichet that wrote it. */
  guichet: string
  sources: number
  conversations: number
  messages: number
  uploads: number
  withKeys: boolean
  missingUploads: string[]
  /** Migrations that the next start will run on it. */
  outdated: string[]
}

/** A backup whose data are in place now. */
export interface RestoredBackup extends CheckedBackup {
  /** Where the data are that were there before; null when there were none. */
  aside: string | null
}

/** For tests: what is free, and what happens after each step of the exchange. */
export interface RestoreHooks {
  free?: FreeBytes
  onStep?: OnStep
}

/**
 * Reads and checks a whole backup as a restore would, and changes nothing; an appliance may run meanwhile.
 * @throws BackupError, DataFolderError; the signal's reason.
 */
export async function checkBackup(
  request: RestoreRequest,
  signal: AbortSignal,
  free?: FreeBytes,
): Promise<CheckedBackup> {
  await requireFile(request.file)
  const made = await mkdir(request.dataDir, { recursive: true, mode: 0o700 })
  try {
    const workspace = await openWorkspace(request.dataDir)
    try {
      const onlyDatabase = (path: string) => (path === DATABASE_NAME ? join(workspace.dir, path) : undefined)
      return (await unpack(request, workspace.dir, onlyDatabase, signal, free)).checked
    } finally {
      await workspace.close()
    }
  } finally {
    if (made !== undefined) await removeMade(made, request.dataDir)
  }
}

/** Removes the folders that were made for a check, as far as nobody has put anything into them meanwhile. */
async function removeMade(first: string, dataDir: string): Promise<void> {
  try {
    const names = await readdir(dataDir)
    if (names.length === 1 && names[0] === 'backup.lock') removeBackupLock(dataDir)
    for (let folder = dataDir; folder.length >= first.length; folder = dirname(folder)) await rmdir(folder)
  } catch {
    // Somebody uses them by now.
  }
}

/**
 * Puts a backup in the place of the data that are there, which are kept aside. Nothing is touched before the whole
 * backup has been read and checked; from then on it is finished, by the next start if need be.
 * @throws DataFolderError when an appliance uses the data; BackupError; the signal's reason.
 */
export async function restoreBackup(
  request: RestoreRequest,
  signal: AbortSignal,
  { free, onStep }: RestoreHooks = {},
): Promise<RestoredBackup> {
  const { dataDir, file } = request
  await requireFile(file)
  const release = holdDataFolder(dataDir)
  try {
    const workspace = await openWorkspace(dataDir)
    try {
      await finishRestore(dataDir)
      return await replace(request, signal, free, onStep)
    } finally {
      await workspace.close()
    }
  } finally {
    release()
  }
}

async function replace(
  request: RestoreRequest,
  signal: AbortSignal,
  free: FreeBytes | undefined,
  onStep: OnStep | undefined,
): Promise<RestoredBackup> {
  const { dataDir } = request
  const incoming = incomingFolder(dataDir)
  await mkdir(incoming, { mode: 0o700 })
  try {
    await mkdir(join(incoming, UPLOADS_NAME), { mode: 0o700 })
    // Whoever starts next must be able to remove it, should this end here.
    await giveTree(dataDir, incoming)
    const { checked, manifest } = await unpack(
      request,
      incoming,
      (path) => join(incoming, path),
      signal,
      free,
    )
    await syncFolder(join(incoming, UPLOADS_NAME))
    await syncFolder(incoming)
    signal.throwIfAborted()
    const items: Journal['items'] = [DATABASE_NAME, UPLOADS_NAME]
    if (manifest.with_keys) items.push(KEY_NAME)
    await giveTree(dataDir, incoming)
    const aside = `before-restore-${new Date().toISOString().replace(/[:.]/g, '-')}`
    await swapData(dataDir, { aside, items }, onStep)
    const kept = join(dataDir, aside)
    const empty = await rmdir(kept).then(
      () => true,
      () => false,
    )
    return { ...checked, aside: empty ? null : kept }
  } finally {
    // What could be neither finished nor undone is left to the next start.
    if (!isRestoreUnderWay(dataDir)) await rm(incoming, { recursive: true, force: true })
  }
}

/** The superuser restores for the user who runs Guichet. */
async function giveTree(dataDir: string, folder: string): Promise<void> {
  giveToOwnerOf(dataDir, folder)
  for (const name of await readdir(folder, { recursive: true })) giveToOwnerOf(dataDir, join(folder, name))
}

/** Reads the archive, writing those of its files that have a place, and looks into the database. */
async function unpack(
  { file, dataDir, version }: RestoreRequest,
  folder: string,
  placeFor: (path: string) => string | undefined,
  signal: AbortSignal,
  free: FreeBytes | undefined,
): Promise<{ checked: CheckedBackup; manifest: Manifest }> {
  const manifest = await readArchive(file, {
    signal,
    onManifest: async (list) => {
      refuseNewer(list.schema, list.guichet, version)
      const written = list.files.filter(({ path }) => placeFor(path) !== undefined)
      const bytes = written.reduce((sum, file) => sum + file.bytes, 0)
      await requireRoom([{ folder: dataDir, bytes }], free)
    },
    placeFor: ({ path }) => placeFor(path),
  })
  const facts = await examine(file, join(folder, DATABASE_NAME))
  refuseNewer(facts.schema, manifest.guichet, version)
  const uploads = requireUploads(file, facts, manifest)
  const checked: CheckedBackup = {
    file,
    bytes: (await stat(file)).size,
    createdAt: manifest.created_at,
    guichet: manifest.guichet,
    sources: facts.sources,
    conversations: facts.conversations,
    messages: facts.messages,
    uploads,
    withKeys: manifest.with_keys,
    missingUploads: manifest.missing_uploads,
    outdated: missingMigrations(facts.schema),
  }
  return { checked, manifest }
}

async function requireFile(file: string): Promise<void> {
  const found = await stat(file).catch(() => undefined)
  if (found === undefined) throw new BackupError(`There is no file ${file}: name a backup.`)
  if (!found.isFile()) throw new BackupError(`${file} is not a file: name a backup.`)
}

function refuseNewer(schema: readonly string[], writer: string, version: string): void {
  const newer = newerMigrations(schema)
  if (newer.length === 0) return
  throw new BackupError(
    `Guichet ${writer} wrote it, which is newer than this one, ${version} (it knows "${newer.join('", "')}"): restore it with that version, or use an older backup.`,
  )
}

async function examine(file: string, database: string): Promise<DatabaseFacts> {
  try {
    return await examineDatabase(database)
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error
    throw new BackupError(`${file} cannot be used: ${error.message} Use another backup.`, { cause: error })
  }
}

/** Every upload that the database names is in the backup, unless it says itself that it was lost before. */
function requireUploads(file: string, facts: DatabaseFacts, manifest: Manifest): number {
  const there = new Set(manifest.files.map(({ path }) => path))
  const known = new Set(manifest.missing_uploads)
  const lost = facts.uploads.filter(
    ({ name, leaving }) => !leaving && !known.has(name) && !there.has(`${UPLOADS_NAME}/${name}`),
  )
  if (lost.length > 0)
    throw new BackupError(
      `${file} lacks uploads that its database names (${String(lost.length)} of them): use another backup.`,
    )
  return manifest.files.filter(({ path }) => path.startsWith(`${UPLOADS_NAME}/`)).length
}
