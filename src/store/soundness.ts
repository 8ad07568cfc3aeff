import Sqlite from 'better-sqlite3'
import * as sqliteVec from 'sqlite-vec'

/** Read whole in about 1.5 s when it lies in memory, in 3 s from a disk; what is larger is not read whole. */
const READ_WHOLE_BYTES = 256 * 1024 ** 2
/** Passages with their words and vectors: nearly all of a large database. */
const BULK = 'passage'

/**
 * What is wrong with a database file, in SQLite's words; undefined when nothing was found. Changes nothing, not even
 * what a write-ahead log beside it would. Of a file larger than `readWholeBytes` all tables but the passages are read.
 * @throws SqliteError when it cannot be opened or read for another reason, such as missing rights.
 */
export function findDamage(file: string, readWholeBytes = READ_WHOLE_BYTES): string | undefined {
  const connection = new Sqlite(file, { readonly: true, timeout: 5000 })
  try {
    sqliteVec.load(connection)
    const bytes = Number(connection.pragma('page_count', { simple: true })) * pageSize(connection)
    if (bytes <= readWholeBytes) return checkPages(connection, '1') ?? checkReferences(connection)
    const tables = tablesOf(connection).filter((name) => !name.startsWith(BULK))
    return firstOf(tables, (name) => checkPages(connection, name) ?? checkReferences(connection, name))
  } catch (error) {
    if (isDamage(error)) return (error as Error).message
    throw error
  } finally {
    connection.close()
  }
}

/** Whether SQLite says that the file itself is at fault, not who reads it. */
export function isDamage(error: unknown): boolean {
  return error instanceof Error && 'code' in error && /^SQLITE_(?:CORRUPT|NOTADB)/.test(String(error.code))
}

function checkPages(connection: Sqlite.Database, what: string): string | undefined {
  const said = String(connection.pragma(`integrity_check(${what})`, { simple: true }))
  return said === 'ok' ? undefined : said.replace(/\s+/g, ' ')
}

function checkReferences(connection: Sqlite.Database, table?: string): string | undefined {
  const check = table === undefined ? 'pragma foreign_key_check' : `pragma foreign_key_check(${table})`
  const row = connection.prepare<[], { table: string; parent: string }>(check).get()
  return row && `a row of "${row.table}" names one of "${row.parent}" that is not there`
}

function tablesOf(connection: Sqlite.Database): string[] {
  return connection
    .prepare<[], { name: string }>(`select name from sqlite_master where type = 'table' and rootpage > 0`)
    .all()
    .map(({ name }) => name)
}

function pageSize(connection: Sqlite.Database): number {
  return Number(connection.pragma('page_size', { simple: true }))
}

function firstOf<T>(items: T[], look: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const found = look(item)
    if (found !== undefined) return found
  }
  return undefined
}
