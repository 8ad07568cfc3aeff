import { constants, copyFile, link, mkdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import {
  copySnapshot,
  examineDatabase,
  lookAhead,
  type DatabaseFacts,
  type NamedUpload,
} from '../store/snapshot.js'
import { giveToOwnerOf } from '../store/data-lock.js'
import { uploadPath } from '../store/upload-file.js'
import { codeOf } from './backup-error.js'
import { DATABASE_NAME, KEY_NAME, UPLOADS_NAME } from './manifest.js'
import { onOneDisk } from './room.js'

/** How often an upload that came and went meanwhile makes it begin anew. */
const ATTEMPTS = 3
/** File systems, containers and hardened kernels refuse a link to another's file in these ways. */
const NO_LINK = ['EXDEV', 'EPERM', 'EACCES', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']

/** Where an appliance keeps its data. */
export interface DataPaths {
  dir: string
  database: string
  uploads: string
  signingKey: string
}

/** What was collected: whole, of one moment, and nobody else's to change. */
export interface Collected {
  facts: DatabaseFacts
  /** Paths inside the folder, in the order of the archive. */
  paths: string[]
  /** Uploads that the database names and the appliance has lost. */
  missing: string[]
}

/**
 * Brings together in `into` the data of one moment, beside an appliance that goes on. Uploads are linked before and
 * after that moment: before, since one may be deleted as it comes, and after, since one may have been added.
 * @throws DatabaseError when there is no database of this version or an older one, or it is damaged.
 */
export async function collect(
  data: DataPaths,
  into: string,
  withKeys: boolean,
  signal: AbortSignal,
): Promise<Collected> {
  const database = join(into, DATABASE_NAME)
  const held = new Set<string>()
  await mkdir(join(into, UPLOADS_NAME), { mode: 0o700 })
  giveToOwnerOf(data.dir, join(into, UPLOADS_NAME))
  for (let attempt = 1; ; attempt += 1) {
    await hold(lookAhead(data.database).uploads)
    await copySnapshot(data.database, database, hold, signal)
    const facts = await examineDatabase(database)
    const missing = facts.uploads.filter(({ name, leaving }) => !leaving && !held.has(name))
    if (missing.length === 0 || attempt === ATTEMPTS) return finish(facts, missing)
    await rm(database)
  }

  async function hold(uploads: NamedUpload[]): Promise<void> {
    for (const { name } of uploads) {
      signal.throwIfAborted()
      if (held.has(name)) continue
      const from = uploadPath(data.uploads, name)
      const to = uploadPath(join(into, UPLOADS_NAME), name)
      if (from !== undefined && to !== undefined && (await linkOrCopy(from, to))) held.add(name)
    }
  }

  async function finish(facts: DatabaseFacts, missing: NamedUpload[]): Promise<Collected> {
    const named = facts.uploads.map(({ name }) => name).filter((name) => held.has(name))
    const keys = withKeys && (await linkOrCopy(data.signingKey, join(into, KEY_NAME)))
    return {
      facts,
      paths: [DATABASE_NAME, ...named.map((name) => `${UPLOADS_NAME}/${name}`), ...(keys ? [KEY_NAME] : [])],
      missing: missing.map(({ name }) => name),
    }
  }
}

/** Bytes that collecting in the data folder and packing will take at most. */
export async function measure(data: DataPaths): Promise<{ work: number; archive: number }> {
  const { uploads, bytes } = lookAhead(data.database)
  let total = 0
  for (const { name } of uploads) {
    const file = uploadPath(data.uploads, name)
    if (file !== undefined) total += (await stat(file).catch(() => undefined))?.size ?? 0
  }
  // Uploads on a disk of their own cannot be linked, and are copied.
  const linked = await onOneDisk(data.uploads, data.dir).catch(() => true)
  return { work: bytes + (linked ? 0 : total), archive: bytes + total }
}

/** A second name for a file, or a copy where there can be none; false when the file is not there. */
async function linkOrCopy(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to)
    return true
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false
    if (!NO_LINK.includes(codeOf(error))) throw error
  }
  try {
    await copyFile(from, to, constants.COPYFILE_FICLONE)
    return true
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false
    throw error
  }
}
