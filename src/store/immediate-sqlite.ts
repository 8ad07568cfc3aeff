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
} from 'kysely'
import type { Schema } from './schema.js'

/** Kysely on a connection that somebody else has opened; destroying it closes the connection. */
export function kyselyOn(connection: Sqlite.Database): Kysely<Schema> {
  return new Kysely<Schema>({ dialect: new ImmediateSqlite({ database: connection }) })
}

/** SQLite whose transactions take the write lock when they begin, so that none fails half-way for want of it. */
class ImmediateSqlite extends SqliteDialect implements Dialect {
  readonly #database: Sqlite.Database

  constructor(config: { database: Sqlite.Database }) {
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
