import { sql, type Kysely } from 'kysely'

/** What knowledge from many formats and from the web keeps: warnings, refresh, crawls, and whose vectors the index holds. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

const STATEMENTS = [
  // What the person who gave a source should know although it is ready: a JSON list of {code, message, pages}.
  `alter table source add column warnings text not null default '[]'`,
  // When a page is fetched again without being asked for, and how that went the last times.
  `alter table source add column refresh_hours integer`,
  `alter table source add column next_refresh_at text`,
  `alter table source add column refresh_error text`,
  `alter table source add column refresh_failures integer not null default 0`,
  `create index source_refresh on source(next_refresh_at) where next_refresh_at is not null`,
  `alter table job add column refresh integer not null default 0`,
  // A crawl is the source of its first page; the other pages name it. Its settings are a JSON object.
  `alter table source add column crawl text`,
  `alter table source add column parent_id text references source(id) on delete set null`,
  // Whether a page's title is the one it gives itself, which may be another after a refresh.
  `alter table source add column titled_by_page integer not null default 0`,
  `create index source_parent on source(parent_id) where parent_id is not null`,
  // Every address a crawl has come across, in the order of discovery, and what became of it.
  `create table crawl_page (
    root_id text not null references source(id) on delete cascade, url text not null,
    depth integer not null, state text not null, source_id text, primary key (root_id, url)
  ) strict`,
  `create index crawl_page_state on crawl_page(root_id, state, depth)`,
  `create index crawl_page_source on crawl_page(source_id) where source_id is not null`,
  // The heading above a passage as a vector of one byte a number. It goes when its passage goes.
  `create table heading_vector (
    num integer not null references passage(num) on delete cascade, embedder text not null, vector blob not null,
    primary key (num, embedder)
  ) strict, without rowid`,
]
