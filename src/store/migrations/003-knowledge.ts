import { sql, type Kysely } from 'kysely'
import { packVector } from '../vector-form.js'

/** What knowledge from many formats and from the web keeps: warnings, refresh, crawls, and whose vectors the index holds. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
  await moveVectors(db)
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
  // How it was cut into passages and stemmed (retrieval/text-version.ts).
  `alter table source add column text_version integer not null default 1`,
  `create index source_text on source(text_version)`,
  // A passage's vectors: place = 2 * num + slot, one slot for each of two embedders; 16-bit numbers.
  `create table passage_vector (place integer primary key, text_hash blob, vector blob not null) strict`,
  // Sources that are found, or found by others, than before; null = the rules of an assistant. Searches follow it.
  `create table search_change (seq integer primary key autoincrement, source_id text) strict`,
  `create trigger search_change_kept after insert on search_change when new.seq % 1000 = 0 begin
    delete from search_change where seq <= new.seq - 10000; end`,
  `create trigger source_made after insert on source when new.live_version is not null begin
    insert into search_change(source_id) values (new.id); end`,
  `create trigger source_changed after update of live_version, status, everyone on source
    when new.live_version is not old.live_version or new.everyone <> old.everyone
      or (new.status = 'deleting') <> (old.status = 'deleting') begin
    insert into search_change(source_id) values (new.id); end`,
  `create trigger source_removed after delete on source begin
    insert into search_change(source_id) values (old.id); end`,
  ...['insert', 'delete'].map(
    (event) => `create trigger source_assistant_${event} after ${event} on source_assistant begin
      insert into search_change(source_id) values (null); end`,
  ),
  ...['insert', 'update', 'delete'].map(
    (event) => `create trigger assistant_source_${event} after ${event} on assistant_source begin
      insert into search_change(source_id) values (null); end`,
  ),
  `create trigger assistant_mode after update of knowledge_mode on assistant begin
    insert into search_change(source_id) values (null); end`,
]

const BATCH = 1000

/** From sqlite-vec's table, which there is once an embedder was started, to our own. */
async function moveVectors(db: Kysely<unknown>): Promise<void> {
  const { rows } = await sql`select 1 from sqlite_master where name = 'passage_vectors'`.execute(db)
  if (rows.length === 0) return
  await sql`create temp table old_vector as select num, embedding from passage_vectors`.execute(db)
  for (let after = 0; ;) {
    const { rows: batch } = await sql<{ rowid: number; num: number; embedding: Buffer }>`
      select rowid, num, embedding from temp.old_vector where rowid > ${after} order by rowid limit ${BATCH}`.execute(
      db,
    )
    for (const { num, embedding } of batch) {
      const vector = new Float32Array(Uint8Array.from(embedding).buffer)
      await sql`insert into passage_vector(place, vector) values (${num * 2}, ${packVector(vector)})`.execute(
        db,
      )
    }
    const last = batch.at(-1)
    if (last === undefined) break
    after = last.rowid
  }
  await sql`drop table temp.old_vector`.execute(db)
  await sql`drop table passage_vectors`.execute(db)
}
