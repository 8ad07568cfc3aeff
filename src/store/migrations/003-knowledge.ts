import { sql, type Kysely } from 'kysely'

/** What knowledge from many formats and from the web keeps: warnings, refresh, crawls, and whose vectors the index holds. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

const STATEMENTS = [
  // What the person who gave a source should know although it is ready: a JSON list of {code, message, pages}.
  `alter table source add column warnings text not null default '[]'`,
  // The heading above a passage as a vector of one byte a number. It goes when its passage goes.
  `create table heading_vector (
    num integer not null references passage(num) on delete cascade, embedder text not null, vector blob not null,
    primary key (num, embedder)
  ) strict, without rowid`,
]
