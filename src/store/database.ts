import { existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import Sqlite from 'better-sqlite3'
import { Migrator, type Kysely, type Transaction } from 'kysely'
import { kyselyOn } from './immediate-sqlite.js'
import * as sqliteVec from 'sqlite-vec'
import { migrations } from './migrations/index.js'
import type { Schema } from './schema.js'
import { findDamage, isDamage } from './soundness.js'

/** A raw SQLite connection with sqlite-vec loaded. */
export type Connection = Sqlite.Database

/** What store functions run their SQL on: the database, or the transaction they are part of. */
export type Executor = Kysely<Schema> | Transaction<Schema>

export interface Database {
  db: Kysely<Schema>
  /** The same connection, for the SQL that Kysely cannot type (FTS and vectors, in passage-index.ts). */
  connection: Connection
  /** Names of the migrations this start has applied, oldest first. */
  migrated: string[]
  close(): Promise<void>
}

/** The database cannot be used as it is; the message says why and what to do. */
export class DatabaseError extends Error {
  override readonly name = 'DatabaseError'
}

/** How long worker threads and the CLI wait for another writer. */
const WAIT_MS = 5000
/** More than this of a file is read without a mapping; SQLite takes at most 2 GB. */
const MAPPED_BYTES = 2 ** 31
/** The server waits on its event loop, so that nobody is served meanwhile. */
const SERVER_WAIT_MS = 1000

/**
 * A connection of one's own, for worker threads and the CLI.
 * SQLite lets many read while one writes (WAL); a writer waits for another.
 * @param options.waitMs how long, in milliseconds; 5 s unless told.
 * @param options.mapped reads through a mapping of the file into memory: several times faster for who reads all over it.
 */
export function openConnection(
  file: string,
  options: { readonly?: boolean; waitMs?: number; mapped?: boolean } = {},
): Connection {
  const connection = new Sqlite(file, {
    readonly: options.readonly ?? false,
    timeout: options.waitMs ?? WAIT_MS,
  })
  sqliteVec.load(connection)
  connection.pragma('foreign_keys = on')
  if (options.mapped === true) connection.pragma(`mmap_size = ${String(MAPPED_BYTES)}`)
  return connection
}

/**
 * Opens the appliance's database, bringing it to this version's schema first.
 * Migrations run on a copy that takes the file's place only when all of them succeeded, so a failed
 * one leaves the old file as it was.
 * @throws DatabaseError for a file from a newer version, a damaged file, one in use elsewhere, or a failed migration.
 */
export async function openDatabase(file: string, known = migrations): Promise<Database> {
  mkdirSync(dirname(file), { recursive: true })
  const migrated = await migrateFile(file, known)
  return onFile(file, migrated, SERVER_WAIT_MS)
}

/**
 * Opens the database of an appliance that may be running, as the CLI does; never migrates it.
 * @throws DatabaseError when there is none, or it is not of exactly this version.
 */
export function openExistingDatabase(file: string): Database {
  if (!existsSync(file)) {
    throw new DatabaseError(`There is no database at ${file} yet: start the appliance once.`)
  }
  const done = appliedMigrations(file)
  refuseNewer(file, done, migrations)
  if (done.length < Object.keys(migrations).length) {
    throw new DatabaseError(
      `${file} is of an older version: restart the appliance, which brings it up to date.`,
    )
  }
  return onFile(file, [], WAIT_MS)
}

function onFile(file: string, migrated: string[], waitMs: number): Database {
  const connection = openForWriting(file, waitMs)
  const db = kyselyOn(connection)
  return {
    db,
    connection,
    migrated,
    async close() {
      await db.destroy()
      // @NOTE Kysely closes only what it has used.
      connection.close()
    },
  }
}

function openForWriting(file: string, waitMs: number): Connection {
  let connection: Connection | undefined
  try {
    connection = openConnection(file, { waitMs })
    connection.pragma('journal_mode = wal')
    connection.pragma('synchronous = normal')
    // @NOTE what is deleted is overwritten, not only forgotten.
    connection.pragma('secure_delete = on')
    return connection
  } catch (error) {
    connection?.close()
    throw unreadable(file, error)
  }
}

async function migrateFile(file: string, known: typeof migrations): Promise<string[]> {
  const done = existsSync(file) ? appliedMigrations(file) : []
  refuseNewer(file, done, known)
  if (existsSync(file)) requireSound(file)
  const missing = Object.keys(known).filter((name) => !done.includes(name))
  if (missing.length === 0) return []

  const copy = `${file}.migrating`
  for (const suffix of ['', '-wal', '-shm']) rmSync(copy + suffix, { force: true })
  if (existsSync(file)) await copyDatabase(file, copy)
  const connection = openConnection(copy)
  const db = kyselyOn(connection)
  const { error, results } = await new Migrator({
    db,
    provider: { getMigrations: () => Promise.resolve(known) },
  }).migrateToLatest()
  // @NOTE everything into the main file: it is about to be renamed without its -wal.
  if (error === undefined) connection.pragma('journal_mode = delete')
  await db.destroy()
  if (error !== undefined) {
    const failed = results?.find((result) => result.status === 'Error')?.migrationName ?? 'unknown'
    for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(copy + suffix, { force: true })
    throw new DatabaseError(
      `Migration "${failed}" failed and ${file} was left as it was: ${reasonOf(error)}`,
      { cause: error },
    )
  }
  for (const suffix of ['-wal', '-shm']) rmSync(file + suffix, { force: true })
  renameSync(copy, file)
  return missing
}

function refuseNewer(file: string, done: string[], known: typeof migrations): void {
  const newer = done.filter((name) => !(name in known))
  if (newer.length === 0) return
  throw new DatabaseError(
    `${file} was written by a newer version of Guichet (it knows "${newer.join('", "')}"). Start that version, or restore an older backup.`,
  )
}

/** Before anything opens it for writing, which would take over a write-ahead log that is not its own. */
function requireSound(file: string): void {
  let damage: string | undefined
  try {
    damage = findDamage(file)
  } catch (error) {
    throw unreadable(file, error)
  }
  if (damage !== undefined) throw damaged(file, damage)
}

async function copyDatabase(from: string, to: string): Promise<void> {
  const source = new Sqlite(from, { timeout: WAIT_MS })
  try {
    // @NOTE the old file's -wal is removed when the copy takes its place: nothing may be left in it.
    if (source.pragma('wal_checkpoint(truncate)', { simple: true }) !== 0) {
      throw new DatabaseError(`${from} is open in another program: close it, then start again.`)
    }
    await source.backup(to)
  } finally {
    source.close()
  }
}

function appliedMigrations(file: string): string[] {
  let connection: Connection
  try {
    connection = new Sqlite(file, { readonly: true, timeout: WAIT_MS })
  } catch (error) {
    throw unreadable(file, error)
  }
  try {
    const table = connection
      .prepare(`select 1 from sqlite_master where type = 'table' and name = 'kysely_migration'`)
      .get()
    if (table === undefined) return []
    return connection
      .prepare<[], { name: string }>('select name from kysely_migration order by name')
      .all()
      .map((row) => row.name)
  } catch (error) {
    throw unreadable(file, error)
  } finally {
    connection.close()
  }
}

function damaged(file: string, reason: string, cause?: unknown): DatabaseError {
  const log = `${file}-wal`
  const strayLog =
    (statSync(log, { throwIfNoEntry: false })?.size ?? 0) > 0
      ? ` If it was put there by hand, move ${log} away first: it belongs to another database.`
      : ''
  return new DatabaseError(
    `${file} is damaged (${reason}): restore a backup, or move it away to begin with an empty one; docs/operations.md says how.${strayLog}`,
    { cause },
  )
}

function unreadable(file: string, error: unknown): DatabaseError {
  if (isDamage(error)) return damaged(file, reasonOf(error), error)
  return new DatabaseError(
    `${file} cannot be read as a database (${reasonOf(error)}): ${adviceFor(error)}.`,
    { cause: error },
  )
}

/** What to do about a database that cannot be opened, as the end of a sentence; only a damaged one is to be replaced. */
export function adviceFor(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (/^SQLITE_(BUSY|LOCKED)/.test(code)) return 'another program holds it: close that one, then try again'
  if (/^(SQLITE_(CANTOPEN|READONLY|PERM|AUTH)|EACCES|EPERM|EROFS)/.test(code))
    return 'run this as the user who runs Guichet, who must own the file and its folder'
  return 'restore a backup or move it away'
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
