import { Migrator } from 'kysely'
import { openConnection, type Connection } from './database.js'
import { kyselyOn } from './immediate-sqlite.js'
import { migrations } from './migrations/index.js'

/** An entry of SQLite's list of what a database consists of. */
interface Entry {
  type: string
  name: string
  sql: string
}

/** What the migrations make no statement of ours for: Kysely's book-keeping, and what virtual tables keep. */
const NOT_COMPARED_IN_FULL = /^(kysely_migration|passage_words_|passage_vectors_)/
/** sqlite-vec's table, made when the first embedder was started, until the migration that did away with it. */
const VECTORS = 'passage_vectors'
const WITHOUT_VECTORS = '003-knowledge'

/** Names of the migrations a database has seen, oldest first. @throws Error when it keeps no table of them. */
export function seenMigrations(connection: Connection): string[] {
  const kept = entriesOf(connection).find(({ name }) => name === 'kysely_migration')
  if (kept?.type !== 'table') throw new Error('it has no table of its migrations')
  return connection
    .prepare<[], { name: string }>('select name from kysely_migration order by name')
    .all()
    .map(({ name }) => name)
}

/**
 * Compares what a database consists of with what the migrations it lists make of an empty one.
 * @param seen the migrations it lists, all of them known to this version.
 * @returns how it differs, as the middle of a sentence; undefined when it does not.
 */
export async function schemaFault(
  connection: Connection,
  seen: readonly string[],
): Promise<string | undefined> {
  if (seen.length === 0) return 'it lists no migrations'
  const inOrder = Object.keys(migrations).sort().slice(0, seen.length)
  if (seen.join() !== inOrder.join()) return 'it lists a migration without the ones before it'
  const found = entriesOf(connection)
  const expected = await expectedEntries(
    seen,
    seen.includes(WITHOUT_VECTORS) ? undefined : dimensionOf(found),
  )
  if (expected === undefined) return `its table ${shown(VECTORS)} is not as Guichet makes it`
  const wanted = new Map(expected.map((entry) => [key(entry), entry]))
  for (const entry of found) {
    const same = wanted.get(key(entry))
    if (same === undefined) return `its ${entry.type} ${shown(entry.name)} is none of Guichet's`
    if (comparable(entry) !== comparable(same))
      return `its ${entry.type} ${shown(entry.name)} is not as Guichet makes it`
    wanted.delete(key(entry))
  }
  const [lost] = wanted.values()
  return lost === undefined ? undefined : `it lacks the ${lost.type} ${shown(lost.name)}`
}

/** A name or text of a database that may have been tampered with, on one line. */
export function shown(text: string): string {
  return JSON.stringify(text.slice(0, 100))
}

async function expectedEntries(
  seen: readonly string[],
  dimension: number | undefined,
): Promise<Entry[] | undefined> {
  const connection = openConnection(':memory:')
  const db = kyselyOn(connection)
  try {
    const known = Object.fromEntries(Object.entries(migrations).filter(([name]) => seen.includes(name)))
    const provider = { getMigrations: () => Promise.resolve(known) }
    const { error } = await new Migrator({ db, provider }).migrateToLatest()
    if (error !== undefined) throw new Error('The migrations failed on an empty database.', { cause: error })
    if (dimension !== undefined) connection.exec(vectorTable(dimension))
    return entriesOf(connection)
  } catch (error) {
    if (error instanceof RangeError || (error as { code?: string }).code === 'SQLITE_ERROR') return undefined
    throw error
  } finally {
    await db.destroy()
  }
}

/** Without what SQLite makes by itself. */
function entriesOf(connection: Connection): Entry[] {
  return connection
    .prepare<[], Entry>(
      `select type, name, coalesce(sql, '') as sql from sqlite_master
       where not (type = 'table' and name in ('sqlite_sequence', 'sqlite_stat1', 'sqlite_stat4'))
         and not (type = 'index' and sql is null)`,
    )
    .all()
}

/** How many numbers its vectors have, 0 where that cannot be told; undefined without vectors. */
function dimensionOf(entries: Entry[]): number | undefined {
  const made = entries.find(({ name }) => name === VECTORS)
  return made === undefined ? undefined : Number(/embedding float\[(\d{1,6})\]/.exec(made.sql)?.[1] ?? 0)
}

function key({ type, name }: Entry): string {
  return `${type} ${name}`
}

function comparable({ name, sql }: Entry): string {
  return NOT_COMPARED_IN_FULL.test(name) ? '' : sql.replace(/\s+/g, ' ').trim().toLowerCase()
}

/** @throws RangeError for what is no number of numbers. */
function vectorTable(dimension: number): string {
  if (!Number.isInteger(dimension) || dimension < 1)
    throw new RangeError(`No dimension: ${String(dimension)}`)
  return `create virtual table passage_vectors using vec0(
    num integer primary key, org_id text partition key,
    embedding float[${String(dimension)}] distance_metric=cosine
  )`
}
