import { sql, type Kysely } from 'kysely'

/** The tables of the first release. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

const STATEMENTS = [
  `create table organization (
    id text primary key, name text not null, requests_per_hour integer, created_at text not null
  ) strict`,
  `create table client (
    id text primary key, org_id text not null references organization(id), name text not null,
    secret_hash text not null, allowed_origins text not null default '[]', created_at text not null
  ) strict`,
  `create index client_org on client(org_id)`,
  `create table assistant (
    id text primary key, org_id text not null references organization(id), name text not null,
    description text not null, tone text not null, language text not null, default_tasks text not null,
    is_active integer not null, instructions text not null, handoff_message text not null,
    fixed_language text, answer_mode text not null, widget_search integer not null,
    created_at text not null, updated_at text not null
  ) strict`,
  `create index assistant_org on assistant(org_id, created_at)`,
  `create table conversation (
    id text primary key, org_id text not null references organization(id),
    assistant_id text not null references assistant(id) on delete cascade, client_id text not null,
    customer_id text, title text, locale text, status text not null, metadata text not null,
    created_at text not null, updated_at text not null
  ) strict`,
  `create index conversation_assistant on conversation(assistant_id)`,
  `create index conversation_customer on conversation(org_id, customer_id)`,
  `create table session (
    id text primary key, org_id text not null references organization(id),
    assistant_id text not null references assistant(id) on delete cascade,
    conversation_id text not null references conversation(id) on delete cascade,
    client_id text not null, visitor_id text, locale text, metadata text not null, secret_hash text,
    expires_at text not null, created_at text not null
  ) strict`,
  `create index session_assistant on session(assistant_id)`,
  `create index session_conversation on session(conversation_id)`,
  `create table message (
    seq integer primary key autoincrement, id text not null unique, org_id text not null,
    conversation_id text not null references conversation(id) on delete cascade,
    sender text not null, content text not null, metadata text not null, sources text not null,
    created_at text not null
  ) strict`,
  `create index message_conversation on message(conversation_id, seq)`,
  `create table source (
    id text primary key, org_id text not null references organization(id), type text not null,
    title text not null, status text not null, stage text, error text, language text,
    everyone integer not null, pages integer, pages_done integer not null, passages integer not null,
    passages_done integer not null, bytes integer, sha256 text, file_name text, file_type text,
    media_type text, stored_file text, url text, question text, answer text, tags text not null,
    origin text, created_at text not null, updated_at text not null
  ) strict`,
  `create index source_org on source(org_id, created_at)`,
  `create index source_same on source(org_id, sha256, title)`,
  `create table source_assistant (
    source_id text not null references source(id) on delete cascade,
    assistant_id text not null references assistant(id) on delete cascade,
    primary key (source_id, assistant_id)
  ) strict, without rowid`,
  `create index source_assistant_assistant on source_assistant(assistant_id)`,
  `create table passage (
    num integer primary key, id text not null unique, org_id text not null,
    source_id text not null references source(id), ordinal integer not null, kind text not null,
    text text not null, page integer, section text, start_offset integer not null,
    end_offset integer not null, language text, everyone integer not null,
    indexed integer not null default 0, live integer not null default 0
  ) strict`,
  `create index passage_source on passage(source_id, ordinal)`,
  `create index passage_scope on passage(org_id, live, everyone, source_id)`,
  `create virtual table passage_words using fts5(
    title, body, content='', contentless_delete=1, tokenize="ascii tokenchars '.'"
  )`,
  `create table job (
    source_id text primary key references source(id) on delete cascade, org_id text not null,
    task text not null, stage text not null, attempts integer not null,
    background integer not null default 0, created_at text not null
  ) strict`,
  `create table rate_window (key text primary key, hits integer not null, reset_at integer not null) strict`,
  `create table setting (key text primary key, value text not null) strict`,
  `create table operator_token (
    token_hash text primary key, kind text not null, expires_at text not null
  ) strict`,
]
