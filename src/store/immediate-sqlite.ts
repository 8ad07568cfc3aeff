import type Sqlite from 'better-sqlite3'
import {
  CompiledQuery,
  Kysely,
  SqliteAdapter,
  SqliteDialect,
  SqliteDriver,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type DatabaseConnection,
  type Dialect,
  type SqliteDatabase,
} from 'kysely'
import type { Schema } from './schema.js'

/** Kysely on a connection that somebody else has opened; destroying it closes the connection. */
export function kyselyOn(connection: Sqlite.Database): Kysely<Schema> {
  return new Kysely<Schema>({ dialect: new ImmediateSqlite({ database: withPrepared(connection) }) })
}

/** Statements kept; the store has fewer, but lists of ids make some of every length. */
const MOST_STATEMENTS = 500

/** The connection, preparing each statement once: preparing costs more than running most of them. */
function withPrepared(connection: Sqlite.Database): SqliteDatabase {
  const prepared = new Map<string, Sqlite.Statement>()
  return {
    close: () => {
      prepared.clear()
      connection.close()
    },
    prepare: (sql) => {
      const known = prepared.get(sql)
      if (known !== undefined) {
        // @NOTE to the end: the first of a map is the one that was not used for longest.
        prepared.delete(sql)
        prepared.set(sql, known)
        return known
      }
      const statement = connection.prepare(sql)
      const [oldest] = prepared.keys()
      if (prepared.size >= MOST_STATEMENTS && oldest !== undefined) prepared.delete(oldest)
      prepared.set(sql, statement)
      return statement
    },
  }
}

/** SQLite whose transactions take the write lock when they begin, so that none fails half-way for want of it. */
class ImmediateSqlite extends SqliteDialect implements Dialect {
  readonly #database: SqliteDatabase

  constructor(config: { database: SqliteDatabase }) {
    super(config)
    this.#database = config.database
  }

  override createDriver(): SqliteDriver {
    return new ImmediateDriver({ database: this.#database })
  }

  override createQueryCompiler() {
    return new SqliteQueryCompiler()
  }

  override createAdapter() {
    return new SqliteAdapter()
  }

  override createIntrospector(db: Kysely<unknown>) {
    return new SqliteIntrospector(db)
  }
}

class ImmediateDriver extends SqliteDriver {
  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'))
  }
}
