import { sql, type Kysely } from 'kysely'

/** What the whole API keeps: contexts, feedback, widget configurations, usage, unanswered questions, repeated requests. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

const STATEMENTS = [
  // The secret itself, sealed under the appliance's key: tokens of customers are checked with it.
  `alter table client add column secret_sealed text`,
  `alter table client add column previous_secret_hash text`,
  `alter table client add column previous_secret_sealed text`,
  `alter table client add column previous_secret_until text`,
  `alter table client add column scopes text not null default '["*"]'`,
  `alter table client add column assistant_ids text not null default '[]'`,
  `alter table client add column last_used_at text`,

  `create table user_context (
    id text primary key, org_id text not null references organization(id), user_reference text not null,
    traits text not null, created_at text not null, updated_at text not null
  ) strict`,
  `create unique index user_context_reference on user_context(org_id, user_reference)`,
  `create index user_context_org on user_context(org_id, created_at)`,

  `alter table assistant add column knowledge_mode text not null default 'all'`,
  `create table assistant_source (
    assistant_id text not null references assistant(id) on delete cascade,
    source_id text not null references source(id) on delete cascade,
    rule text not null, primary key (assistant_id, source_id)
  ) strict, without rowid`,
  `create index assistant_source_source on assistant_source(source_id)`,

  `alter table conversation add column user_context_id text references user_context(id) on delete set null`,
  `alter table conversation add column message_count integer not null default 0`,
  `alter table conversation add column last_message_at text`,
  `update conversation set
    message_count = (select count(*) from message where message.conversation_id = conversation.id),
    last_message_at = (select max(created_at) from message where message.conversation_id = conversation.id)`,
  // What came before were visitors' sessions, all of them.
  `alter table conversation add column kind text not null default 'session'`,
  `alter table conversation add column customer_verified integer not null default 0`,
  `create index conversation_org on conversation(org_id, coalesce(last_message_at, created_at), status)`,
  `create index conversation_known on conversation(org_id, coalesce(last_message_at, created_at), status)
    where customer_id is not null`,
  `create index conversation_active on conversation(org_id, customer_id, coalesce(last_message_at, created_at))
    where customer_id is not null`,
  `create index conversation_context on conversation(user_context_id)`,
  `create index session_org on session(org_id, created_at, expires_at)`,
  `create index session_visitor on session(org_id, visitor_id, created_at)`,

  `create table feedback (
    id text primary key, org_id text not null references organization(id),
    assistant_id text not null references assistant(id) on delete cascade,
    conversation_id text not null references conversation(id) on delete cascade,
    session_id text references session(id) on delete set null,
    message_id text references message(id) on delete cascade,
    rating text not null, comment text, created_at text not null, updated_at text not null
  ) strict`,
  `create unique index feedback_session on feedback(session_id) where session_id is not null`,
  `create unique index feedback_message on feedback(message_id) where message_id is not null`,
  `create index feedback_assistant on feedback(org_id, assistant_id, created_at, rating)`,
  `create index feedback_org on feedback(org_id, created_at, rating)`,
  `create index feedback_conversation on feedback(conversation_id)`,

  `create table widget_config (
    id text primary key, org_id text not null references organization(id),
    assistant_id text references assistant(id) on delete cascade, name text not null, config text not null,
    created_at text not null, updated_at text not null
  ) strict`,
  `create index widget_config_org on widget_config(org_id, created_at)`,
  `create index widget_config_assistant on widget_config(assistant_id)`,

  `create table telemetry_event (
    seq integer primary key autoincrement, org_id text not null references organization(id), assistant_id text,
    client_id text, event_type text not null, user_id text, metadata text not null, created_at text not null
  ) strict`,
  `create index telemetry_event_org on telemetry_event(org_id, created_at, event_type, assistant_id)`,
  `create index telemetry_event_time on telemetry_event(created_at)`,

  `create table request_log (
    seq integer primary key autoincrement, org_id text not null references organization(id), request_id text not null,
    client_id text, caller text not null, method text not null, route text not null, status integer not null,
    ms real not null, created_at text not null
  ) strict`,
  `create index request_log_org on request_log(org_id, created_at, seq)`,
  `create index request_log_time on request_log(created_at)`,
  // One row an hour, client, route and status; 'histogram' counts latencies by bucket.
  `create table request_hour (
    org_id text not null references organization(id), hour text not null, client_id text not null,
    method text not null, route text not null, status integer not null, requests integer not null,
    total_ms real not null, histogram text not null,
    primary key (org_id, hour, client_id, method, route, status)
  ) strict, without rowid`,
  // One row an hour, client, assistant and way of replying.
  `create table reply_hour (
    org_id text not null references organization(id), hour text not null, client_id text not null,
    assistant_id text not null, mode text not null, replies integer not null, prompt_tokens integer not null,
    cached_tokens integer not null, completion_tokens integer not null,
    primary key (org_id, hour, client_id, assistant_id, mode)
  ) strict, without rowid`,
  // Sessions and messages by the hour in which they were made. Triggers count them: whoever writes one need not know, and
  // what is erased later stays counted.
  `create table talk_hour (
    org_id text not null references organization(id), hour text not null, sessions integer not null default 0,
    messages integer not null default 0, primary key (org_id, hour)
  ) strict, without rowid`,
  `insert into talk_hour(org_id, hour, sessions, messages)
    select org_id, substr(created_at, 1, 13) || ':00:00.000Z', sum(session), sum(1 - session)
    from (select org_id, created_at, 1 as session from session union all select org_id, created_at, 0 from message)
    group by 1, 2`,
  `create trigger session_counted after insert on session begin
    insert into talk_hour(org_id, hour, sessions) values (new.org_id, substr(new.created_at, 1, 13) || ':00:00.000Z', 1)
    on conflict do update set sessions = sessions + 1;
  end`,
  `create trigger message_counted after insert on message begin
    insert into talk_hour(org_id, hour, messages) values (new.org_id, substr(new.created_at, 1, 13) || ':00:00.000Z', 1)
    on conflict do update set messages = messages + 1;
  end`,

  `create table unanswered_group (
    id text primary key, org_id text not null references organization(id),
    assistant_id text not null references assistant(id) on delete cascade, question text not null, language text,
    vector blob, embedder text, questions integer not null, status text not null, source_id text,
    first_at text not null, last_at text not null
  ) strict`,
  `create index unanswered_group_org on unanswered_group(org_id, status, questions)`,
  `create index unanswered_group_assistant on unanswered_group(assistant_id, last_at)`,
  `create table unanswered_question (
    seq integer primary key autoincrement, org_id text not null,
    group_id text not null references unanswered_group(id) on delete cascade,
    message_id text references message(id) on delete cascade, question text not null, created_at text not null
  ) strict`,
  `create index unanswered_question_group on unanswered_question(group_id, seq)`,
  `create index unanswered_question_message on unanswered_question(message_id)`,
  // Whoever erases a talk erases its questions here too: a group speaks in the words of those that are left.
  `create trigger unanswered_question_gone after delete on unanswered_question begin
    update unanswered_group set questions = questions - 1, question = coalesce(
      (select question from unanswered_question where group_id = old.group_id order by seq limit 1), question)
    where id = old.group_id;
    delete from unanswered_group where id = old.group_id and questions <= 0;
  end`,

  // The answers of finished requests, for those who send the same one again.
  `create table idempotent_answer (
    org_id text not null references organization(id), key text not null, fingerprint text not null,
    conversation_id text references conversation(id) on delete cascade, status integer not null, body text not null,
    created_at text not null, primary key (org_id, key)
  ) strict, without rowid`,
  `create index idempotent_answer_time on idempotent_answer(created_at)`,
  `create index idempotent_answer_org on idempotent_answer(org_id, created_at)`,
  `create index idempotent_answer_conversation on idempotent_answer(conversation_id)`,

  `alter table source add column summary text`,
  `alter table source add column keywords text not null default '[]'`,
  `alter table source add column final_url text`,
  `alter table source add column etag text`,
  `alter table source add column last_modified text`,
  `alter table source add column fetched_at text`,
  // A source that is processed anew is searched as it was until its new passages are ready.
  `alter table source add column live_version integer`,
  `update source set live_version = 1 where status = 'ready'`,
  `alter table passage add column version integer not null default 1`,
]
