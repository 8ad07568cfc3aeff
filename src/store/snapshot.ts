import { statSync } from 'node:fs'
import { DatabaseError, openConnection, type Connection } from './database.js'
import { inspectDatabase } from './inspect.js'
import { migrations } from './migrations/index.js'
import { schemaFault, seenMigrations, shown } from './schema-check.js'
import { isUploadName } from './upload-file.js'

/** Pages copied in one go, 4 MiB: an abort is heard in between. */
const PAGES_AT_ONCE = 1024
/** Above this the tables are checked without comparing every index entry, which takes too long. */
const CHECKED_IN_FULL_BYTES = 1024 ** 3

/** SQLite finds a database damaged, or it is none of Guichet's. */
export class DamagedDatabaseError extends DatabaseError {}

/** A database that is whole, and consists of other things than Guichet makes. */
export class ForeignSchemaError extends DamagedDatabaseError {}

/** What is in a database, as far as a backup tells of it. */
export interface DatabaseFacts {
  /** Names of the migrations it has seen, oldest first. */
  schema: string[]
  uploads: NamedUpload[]
  sources: number
  conversations: number
  messages: number
}

/** An upload that a source names. */
export interface NamedUpload {
  /** Its name inside the uploads folder. */
  name: string
  /** Its source is being removed: the file may be gone already. */
  leaving: boolean
}

/**
 * Copies a database as it is at one moment, while others write to it: they are neither waited for nor held up.
 * The read transaction keeps that moment in view, so that the copy ends however busy they are.
 * @param onMoment is told which uploads are named at that moment, before anything is copied.
 * @throws DatabaseError when there is none, it is of a newer version, or it cannot be read.
 */
export async function copySnapshot(
  from: string,
  to: string,
  onMoment: (uploads: NamedUpload[]) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const source = openReadable(from)
  try {
    source.exec('begin')
    await onMoment(namedUploads(source))
    await source.backup(to, {
      progress: () => {
        signal.throwIfAborted()
        return PAGES_AT_ONCE
      },
    })
  } finally {
    source.close()
  }
}

/** The uploads that a live database names now, and how many bytes it takes. */
export function lookAhead(file: string): { uploads: NamedUpload[]; bytes: number } {
  const connection = openReadable(file)
  try {
    const pages = connection.pragma('page_count', { simple: true }) as number
    const size = connection.pragma('page_size', { simple: true }) as number
    return { uploads: namedUploads(connection), bytes: pages * size }
  } finally {
    connection.close()
  }
}

/**
 * Checks a database that nobody else uses, and says what is in it.
 * @throws DamagedDatabaseError when SQLite finds it damaged, it is no database of Guichet's, or it names as an upload
 * what none is called; ForeignSchemaError when it is not what the migrations it lists make. One that lists migrations
 * of a newer version is left to the caller.
 */
export async function examineDatabase(file: string): Promise<DatabaseFacts> {
  try {
    // @NOTE not read-only: a connection that may not write leaves its -shm and -wal behind.
    const connection = openConnection(file)
    try {
      requireIntegrity(connection, statSync(file).size)
      const schema = seenMigrations(connection)
      const fault = newerMigrations(schema).length > 0 ? undefined : await schemaFault(connection, schema)
      if (fault !== undefined)
        throw new ForeignSchemaError(`The database is not as Guichet makes it (${fault}).`)
      const facts = factsOf(connection, schema)
      const odd = facts.uploads.find(({ name }) => !isUploadName(name))
      if (odd !== undefined) throw new Error(`it names as an upload what none is called: ${shown(odd.name)}`)
      return facts
    } finally {
      connection.close()
    }
  } catch (error) {
    if (error instanceof DatabaseError) throw error
    const reason = error instanceof Error ? error.message : String(error)
    throw new DamagedDatabaseError(`The database is damaged (${reason}).`, { cause: error })
  }
}

/** Which of these migrations only a newer version knows. */
export function newerMigrations(schema: readonly string[]): string[] {
  return schema.filter((name) => !(name in migrations))
}

/** Which migrations a database that has seen these lacks. */
export function missingMigrations(schema: readonly string[]): string[] {
  return Object.keys(migrations).filter((name) => !schema.includes(name))
}

function openReadable(file: string): Connection {
  const found = inspectDatabase(file)
  switch (found.state) {
    case 'absent':
      throw new DatabaseError(`There is no database at ${file} yet: start the appliance once.`)
    case 'newer':
      throw new DatabaseError(
        `${file} was written by a newer version of Guichet (it knows "${found.version}"): back it up with that version.`,
      )
    case 'unreadable':
      throw new DatabaseError(`${file} cannot be read as a database (${found.reason}): ${found.advice}.`)
    case 'current':
    case 'older':
      return openConnection(file, { readonly: true })
  }
}

function requireIntegrity(connection: Connection, bytes: number): void {
  const check = bytes > CHECKED_IN_FULL_BYTES ? 'quick_check' : 'integrity_check'
  const said = connection.pragma(`${check}(1)`, { simple: true })
  if (said !== 'ok') throw new Error(String(said).replace(/\s+/g, ' '))
}

function factsOf(connection: Connection, schema: string[]): DatabaseFacts {
  const count = (table: 'source' | 'conversation' | 'message') =>
    connection.prepare<[], { n: number }>(`select count(*) as n from ${table}`).get()?.n ?? 0
  return {
    schema,
    uploads: namedUploads(connection),
    sources: count('source'),
    conversations: count('conversation'),
    messages: count('message'),
  }
}

function namedUploads(connection: Connection): NamedUpload[] {
  return connection
    .prepare<[], { name: string; status: string }>(
      'select stored_file as name, status from source where stored_file is not null order by stored_file',
    )
    .all()
    .map(({ name, status }) => ({ name, leaving: status === 'deleting' }))
}
