import type { Generated } from 'kysely'

/** ISO 8601, UTC, milliseconds: sorts as text. */
type Time = string
/** A JSON document, stored as text. */
type Json = string
/** SQLite has no booleans: 0 or 1. */
type Flag = 0 | 1

export interface OrganizationTable {
  id: string
  name: string
  /** Requests per hour; null = the configuration's; 0 = no limit. */
  requests_per_hour: number | null
  created_at: Time
}

export interface ClientTable {
  /** The public client_id, sent as X-API-Key. */
  id: string
  org_id: string
  name: string
  secret_hash: string
  allowed_origins: Json
  created_at: Time
}

export interface AssistantTable {
  id: string
  org_id: string
  name: string
  description: string
  tone: string
  language: string
  default_tasks: Json
  is_active: Flag
  instructions: string
  handoff_message: string
  fixed_language: string | null
  answer_mode: 'auto' | 'quote' | 'compose'
  widget_search: Flag
  created_at: Time
  updated_at: Time
}

export interface ConversationTable {
  id: string
  org_id: string
  assistant_id: string
  client_id: string
  customer_id: string | null
  title: string | null
  locale: string | null
  status: 'active' | 'closed'
  metadata: Json
  created_at: Time
  updated_at: Time
}

export interface SessionTable {
  id: string
  org_id: string
  assistant_id: string
  conversation_id: string
  client_id: string
  visitor_id: string | null
  locale: string | null
  metadata: Json
  /** SHA-256 of the X-Session-Secret the session was created with. */
  secret_hash: string | null
  expires_at: Time
  created_at: Time
}

export interface MessageTable {
  /** Order of arrival. */
  seq: Generated<number>
  id: string
  org_id: string
  conversation_id: string
  sender: 'user' | 'assistant'
  content: string
  metadata: Json
  sources: Json
  created_at: Time
}

export type SourceType = 'file' | 'qa' | 'url'
export type SourceStatus = 'pending' | 'processing' | 'ready' | 'failed' | 'deleting'
export type Stage = 'fetch' | 'extract' | 'chunk' | 'embed' | 'index'

export interface SourceTable {
  id: string
  org_id: string
  type: SourceType
  title: string
  status: SourceStatus
  stage: Stage | null
  error: string | null
  language: string | null
  /** 1: every assistant of the organization may use it; 0: only those in source_assistant. */
  everyone: Flag
  pages: number | null
  pages_done: number
  passages: number
  passages_done: number
  bytes: number | null
  sha256: string | null
  file_name: string | null
  /** What the client said it is: a hint. */
  file_type: string | null
  /** What its content says it is. */
  media_type: string | null
  /** The upload's name inside `data/uploads`. */
  stored_file: string | null
  url: string | null
  question: string | null
  answer: string | null
  tags: Json
  /** The reference's free-text `source` field ("manual"). */
  origin: string | null
  created_at: Time
  updated_at: Time
}

export interface SourceAssistantTable {
  source_id: string
  assistant_id: string
}

export type PassageKind = 'body' | 'question' | 'answer'

export interface PassageTable {
  /** Row id shared by passage, passage_words and passage_vectors. */
  num: Generated<number>
  id: string
  org_id: string
  source_id: string
  ordinal: number
  kind: PassageKind
  text: string
  /** 1-based; null where the format has no pages. */
  page: number | null
  /** Headings above the passage, outermost first, joined by " › ". */
  section: string | null
  /** Where `text` lies in the source's extracted text, UTF-16 code units, end exclusive. */
  start_offset: number
  end_offset: number
  language: string | null
  everyone: Flag
  /** 1 once its words and vector are written. */
  indexed: Flag
  /** 1 once all of its source is indexed; found then, while that source is ready. */
  live: Flag
}

export interface JobTable {
  source_id: string
  org_id: string
  task: 'ingest' | 'delete'
  stage: Stage
  /** Times a run was begun; a job that keeps killing the process is given up. */
  attempts: number
  /** 1: whatever a person is waiting for goes first. */
  background: Flag
  created_at: Time
}

export interface RateWindowTable {
  key: string
  hits: number
  /** Epoch milliseconds. */
  reset_at: number
}

export interface SettingTable {
  key: string
  value: Json
}

export interface OperatorTokenTable {
  token_hash: string
  kind: 'link' | 'session'
  expires_at: Time
}

/** Every table of appliance.db that is reached through Kysely. FTS and vectors: passage-index.ts. */
export interface Schema {
  organization: OrganizationTable
  client: ClientTable
  assistant: AssistantTable
  conversation: ConversationTable
  session: SessionTable
  message: MessageTable
  source: SourceTable
  source_assistant: SourceAssistantTable
  passage: PassageTable
  job: JobTable
  rate_window: RateWindowTable
  setting: SettingTable
  operator_token: OperatorTokenTable
}
