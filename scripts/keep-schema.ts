import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { migrations } from '../src/store/migrations/index.js'
import { openDatabase, type Database } from '../src/store/database.js'
import { passageIndex } from '../src/store/passage-index.js'

/**
 * `node dist/scripts/keep-schema.js [FOLDER]`, after `npm run build`: writes a small database of the newest schema, with rows in every table, named after
 * the newest migration. Kept in test/fixtures/databases, it is what later versions must be able to bring up to date.
 */

const AT = '2026-01-02T03:04:05.000Z'
const DIMENSION = 4

async function main(): Promise<void> {
  const folder = process.argv[2] ?? 'test/fixtures/databases'
  const newest = Object.keys(migrations).sort().at(-1) ?? 'none'
  const file = join(folder, `${newest}.db`)
  if (existsSync(file)) {
    process.stdout.write(`${file} is there already: a fixture that is kept is never made anew.\n`)
    process.exitCode = 1
    return
  }
  const database = await openDatabase(file)
  try {
    await fill(database)
    requireRows(database)
    // Small, and one file.
    database.connection.pragma('journal_mode = delete')
    database.connection.exec('vacuum')
  } catch (error) {
    rmSync(file, { force: true })
    throw error
  } finally {
    await database.close()
  }
  process.stdout.write(`${file} was made.\n`)
}

/** Rows in every table; a table that a new migration adds is filled here too. */
async function fill(database: Database): Promise<void> {
  const { db } = database
  const org = { org_id: 'acme' }
  await db
    .insertInto('organization')
    .values({ id: 'acme', name: 'Acme', requests_per_hour: 500, created_at: AT })
    .execute()
  await db
    .insertInto('client')
    .values({
      id: 'client-1',
      ...org,
      name: 'Shop',
      secret_hash: 'hash',
      allowed_origins: '[]',
      created_at: AT,
    })
    .execute()
  await db
    .insertInto('assistant')
    .values({
      id: 'assistant-1',
      ...org,
      name: 'Support',
      description: 'Answers',
      tone: 'friendly',
      language: 'en',
      default_tasks: '[]',
      is_active: 1,
      instructions: '',
      handoff_message: '',
      fixed_language: null,
      answer_mode: 'auto',
      widget_search: 0,
      created_at: AT,
      updated_at: AT,
    })
    .execute()
  await fillTalk(database)
  await fillKnowledge(database)
  await fillUse(database)
  await db.insertInto('rate_window').values({ key: 'acme', hits: 3, reset_at: 1_767_322_800_000 }).execute()
  await db.insertInto('setting').values({ key: 'page', value: '{"language":"en"}' }).execute()
  await db
    .insertInto('operator_token')
    .values({ token_hash: 'token', kind: 'session', expires_at: '2036-01-02T03:04:05.000Z' })
    .execute()
}

async function fillTalk({ db }: Database): Promise<void> {
  const org = { org_id: 'acme' }
  const when = { created_at: AT, updated_at: AT }
  await db
    .insertInto('conversation')
    .values({
      id: 'conversation-1',
      ...org,
      assistant_id: 'assistant-1',
      client_id: 'client-1',
      customer_id: 'customer-1',
      title: 'Opening hours',
      locale: 'en',
      status: 'active',
      metadata: '{}',
      ...when,
    })
    .execute()
  await db
    .insertInto('session')
    .values({
      id: 'session-1',
      ...org,
      assistant_id: 'assistant-1',
      conversation_id: 'conversation-1',
      client_id: 'client-1',
      visitor_id: 'visitor-1',
      locale: 'en',
      metadata: '{}',
      secret_hash: null,
      expires_at: '2036-01-02T03:04:05.000Z',
      created_at: AT,
    })
    .execute()
  for (const [at, sender] of (['user', 'assistant'] as const).entries())
    await db
      .insertInto('message')
      .values({
        id: `message-${String(at + 1)}`,
        ...org,
        conversation_id: 'conversation-1',
        sender,
        content: sender === 'user' ? 'When do you open?' : 'We open at nine.',
        metadata: '{}',
        sources: '[]',
        created_at: AT,
      })
      .execute()
}

async function fillKnowledge({ db, connection }: Database): Promise<void> {
  const org = { org_id: 'acme' }
  const pair = {
    type: 'qa',
    title: 'When do you open?',
    question: 'When do you open?',
    answer: 'We open at nine.',
  }
  const file = {
    type: 'file',
    title: 'Kettle',
    file_name: 'kettle.md',
    stored_file: 'f'.repeat(32),
    bytes: 42,
  }
  const blank = {
    error: null,
    language: 'en',
    pages: null,
    pages_done: 0,
    tags: '[]',
    url: null,
    origin: null,
  }
  for (const [id, given] of Object.entries({ 'source-qa': pair, 'source-file': file })) {
    await db
      .insertInto('source')
      .values({
        ...{ id, ...org, status: id === 'source-qa' ? 'ready' : 'pending', stage: null, everyone: 1 },
        live_version: id === 'source-qa' ? 1 : null,
        ...{ passages: 1, passages_done: 1, bytes: null, sha256: null, file_name: null, file_type: null },
        ...{ media_type: null, stored_file: null, question: null, answer: null, ...blank },
        ...(given as typeof pair & { type: 'qa' | 'file' }),
        ...{ created_at: AT, updated_at: AT },
      })
      .execute()
  }
  await db
    .insertInto('crawl_page')
    .values({
      root_id: 'source-file',
      url: 'https://a.example/',
      depth: 1,
      state: 'waiting',
      source_id: null,
    })
    .execute()
  await db
    .insertInto('source_assistant')
    .values({ source_id: 'source-file', assistant_id: 'assistant-1' })
    .execute()
  await db
    .insertInto('job')
    .values({
      source_id: 'source-file',
      ...org,
      task: 'ingest',
      stage: 'extract',
      attempts: 0,
      background: 0,
      created_at: AT,
    })
    .execute()
  await db
    .insertInto('passage')
    .values({
      ...{ num: 7, id: 'passage-1', ...org, source_id: 'source-qa', ordinal: 0, kind: 'answer' },
      ...{ text: 'We open at nine.', page: null, section: null, start_offset: 0, end_offset: 16 },
      ...{ language: 'en', everyone: 1, indexed: 1, live: 1 },
    })
    .execute()
  const index = passageIndex(connection)
  index.ensureVectorTable(DIMENSION, 'fixture')
  const vector = new Float32Array([1, 0, 0, 0])
  const heading = { embedder: 'fixture', vector }
  index.insert({ num: 7, orgId: 'acme', title: 'open', body: 'open nine', vector, heading })
}

/** What the use of the API leaves behind. */
async function fillUse({ db }: Database): Promise<void> {
  const org = { org_id: 'acme' }
  const assistant = { assistant_id: 'assistant-1' }
  const when = { created_at: AT, updated_at: AT }
  await db
    .insertInto('user_context')
    .values({ id: 'context-1', ...org, user_reference: 'customer-1', traits: '{"name":"Alice"}', ...when })
    .execute()
  await db
    .insertInto('assistant_source')
    .values({ ...assistant, source_id: 'source-file', rule: 'exclude' })
    .execute()
  const rated = { conversation_id: 'conversation-1', message_id: 'message-2', session_id: null }
  await db
    .insertInto('feedback')
    .values({ id: 'feedback-1', ...org, ...assistant, ...rated, rating: 'thumbs_up', comment: null, ...when })
    .execute()
  await db
    .insertInto('widget_config')
    .values({ id: 'config-1', ...org, ...assistant, name: 'Shop', config: '{}', ...when })
    .execute()
  const event = { client_id: 'client-1', event_type: 'open', user_id: null, metadata: '{}', created_at: AT }
  await db
    .insertInto('telemetry_event')
    .values({ ...org, ...assistant, ...event })
    .execute()
  const call = { client_id: 'client-1', method: 'GET', route: '/api/v1/assistants/', status: 200 }
  await db
    .insertInto('request_log')
    .values({ ...org, request_id: 'request-1', caller: 'key', ...call, ms: 1.5, created_at: AT })
    .execute()
  await db
    .insertInto('request_hour')
    .values({ ...org, hour: AT, ...call, requests: 1, total_ms: 1.5, histogram: '[1]' })
    .execute()
  await db
    .insertInto('reply_hour')
    .values({
      ...{ ...org, ...assistant, hour: AT, client_id: 'client-1', mode: 'quote', replies: 1 },
      ...{ prompt_tokens: 0, cached_tokens: 0, completion_tokens: 0 },
    })
    .execute()
  await db
    .insertInto('unanswered_group')
    .values({
      ...{ id: 'group-1', ...org, ...assistant, question: 'Who are you?', language: 'en', vector: null },
      ...{ questions: 1, status: 'open', source_id: null, first_at: AT, last_at: AT },
    })
    .execute()
  const asked = { group_id: 'group-1', message_id: 'message-1', question: 'Who are you?', created_at: AT }
  await db
    .insertInto('unanswered_question')
    .values({ ...org, ...asked })
    .execute()
  await db
    .insertInto('idempotent_answer')
    .values({ ...org, key: 'key-1', fingerprint: 'hash', status: 201, body: '{}', created_at: AT })
    .execute()
}

/** A table left empty would prove nothing about the migrations to come. */
function requireRows({ connection }: Database): void {
  const tables = connection
    .prepare<[], { name: string }>(
      `select name from sqlite_master where type = 'table' and name not like 'sqlite_%' and name not glob 'passage_*_*'`,
    )
    .all()
  const empty = tables.filter(
    ({ name }) => connection.prepare(`select 1 from "${name}" limit 1`).get() === undefined,
  )
  if (empty.length > 0)
    throw new Error(
      `Fill these tables in scripts/keep-schema.ts: ${empty.map(({ name }) => name).join(', ')}.`,
    )
}

await main()
