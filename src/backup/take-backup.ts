import { link, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { adviceFor, DatabaseError } from '../store/database.js'
import { DamagedDatabaseError, ForeignSchemaError } from '../store/snapshot.js'
import { readArchive } from './archive-reader.js'
import { writeArchive } from './archive-writer.js'
import { BackupError, codeOf, reasonOf } from './backup-error.js'
import { collect, measure, type DataPaths } from './collect.js'
import { isRestoreUnderWay } from './journal.js'
import { KEY_NAME, type Manifest } from './manifest.js'
import { requireRoom, type FreeBytes } from './room.js'
import { syncFolder } from './sync-folder.js'
import { alreadyThere, requireTarget } from './target.js'
import { openWorkspace } from './workspace.js'

export interface BackupRequest {
  data: DataPaths
  /** The file to write, an absolute path. */
  file: string
  /** Whether a file that is there may be replaced. */
  force: boolean
  /** Whether the key that signs widget tokens goes into it. */
  withKeys: boolean
  /** Version of this Guichet. */
  version: string
}

/** A backup that was written and read back. */
export interface BackupSummary {
  file: string
  /** Of the file itself. */
  bytes: number
  createdAt: string
  sources: number
  conversations: number
  uploads: number
  withKeys: boolean
  /** Uploads that the appliance had lost before, and the backup cannot hold. */
  missingUploads: string[]
}

/**
 * Writes a backup of an appliance, also of one that is running, and reads it back. Until then it is called
 * `FILE.partial`; when anything goes wrong, or `signal` aborts, nothing of it is left.
 * @throws BackupError, DatabaseError, DataFolderError, each with what to do; the signal's reason.
 */
export async function takeBackup(
  request: BackupRequest,
  signal: AbortSignal,
  free?: FreeBytes,
): Promise<BackupSummary> {
  const { data, file } = request
  await requireTarget(file, request.force, data)
  if (isRestoreUnderWay(data.dir))
    throw new BackupError(
      `A restore of ${data.dir} was interrupted: start Guichet, which finishes it, then back up.`,
    )
  const sizes = await measure(data).catch((error: unknown) => {
    throw explain(file, error)
  })
  const workspace = await openWorkspace(data.dir)
  const partial = `${file}.partial`
  try {
    await requireRoom(
      [
        { folder: data.dir, bytes: sizes.work },
        { folder: dirname(file), bytes: sizes.archive },
      ],
      free,
    )
    await rm(partial, { force: true })
    return await write(request, workspace.dir, partial, signal)
  } catch (error) {
    await rm(partial, { force: true }).catch(() => undefined)
    signal.throwIfAborted()
    throw explain(file, error)
  } finally {
    await workspace.close()
  }
}

async function write(
  request: BackupRequest,
  work: string,
  partial: string,
  signal: AbortSignal,
): Promise<BackupSummary> {
  const { data, file, version, withKeys } = request
  const createdAt = new Date().toISOString()
  const { facts, paths, missing } = await collect(data, work, withKeys, signal)
  const written: Omit<Manifest, 'format' | 'files'> = {
    guichet: version,
    schema: facts.schema,
    created_at: createdAt,
    with_keys: paths.includes(KEY_NAME),
    missing_uploads: missing,
  }
  const manifest = await writeArchive(work, paths, written, partial, signal)
  await readArchive(partial, { signal })
  const { size } = await stat(partial)
  await place(partial, file, request.force)
  return {
    file,
    bytes: size,
    createdAt,
    sources: facts.sources,
    conversations: facts.conversations,
    uploads: manifest.files.filter(({ path }) => path.startsWith('uploads/')).length,
    withKeys: manifest.with_keys,
    missingUploads: missing,
  }
}

/** Gives it its name in one step, over an older one only where that was asked for. */
async function place(partial: string, file: string, force: boolean): Promise<void> {
  if (force) await rename(partial, file)
  else {
    try {
      await link(partial, file)
      await rm(partial)
    } catch (error) {
      if (codeOf(error) === 'EEXIST') throw alreadyThere(file)
      // @NOTE disks for exchange (FAT, SMB) know no links.
      await rename(partial, file)
    }
  }
  await syncFolder(dirname(file))
}

function explain(file: string, error: unknown): unknown {
  if (error instanceof BackupError) return error
  if (error instanceof ForeignSchemaError)
    return new BackupError(
      `${error.message} No backup was written, since none could be restored: remove what is not Guichet's, or restore an older one.`,
      { cause: error },
    )
  if (error instanceof DamagedDatabaseError)
    return new BackupError(`${error.message} No backup was written: restore an older one.`, { cause: error })
  if (error instanceof DatabaseError) return error
  const code = codeOf(error)
  if (code.startsWith('SQLITE_'))
    return new BackupError(`The database cannot be read (${reasonOf(error)}): ${adviceFor(error)}.`, {
      cause: error,
    })
  if (['ENOSPC', 'EDQUOT', 'EFBIG'].includes(code))
    return new BackupError(`The disk is full: no backup was written to ${file}. Free some space.`, {
      cause: error,
    })
  if (/^(ERR_FS_)?E[A-Z]+$/.test(code))
    return new BackupError(
      `${basename(file)} cannot be written in ${dirname(file)} (${reasonOf(error)}): correct its permissions, or name another folder.`,
      { cause: error },
    )
  return error
}
