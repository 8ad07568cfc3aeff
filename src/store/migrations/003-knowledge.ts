import { sql, type Kysely } from 'kysely'

/** What knowledge from many formats and from the web keeps: warnings, refresh, crawls, and whose vectors the index holds. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

const STATEMENTS = [
  // What the person who gave a source should know although it is ready: a JSON list of {code, message, pages}.
  `alter table source add column warnings text not null default '[]'`,
]
