import type { Generated } from 'kysely'
import type {
  IdempotentAnswerTable,
  ReplyHourTable,
  RequestHourTable,
  RequestLogTable,
  TalkHourTable,
  TelemetryEventTable,
  UnansweredGroupTable,
  UnansweredQuestionTable,
} from './schema-usage.js'

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
  /** The secret sealed under the appliance's key (domain/auth/sealing.ts); null until it is known. */
  secret_sealed: string | null
  /** After a rotation with a grace period: the secret before, and until when it is taken. */
  previous_secret_hash: string | null
  previous_secret_sealed: string | null
  previous_secret_until: Time | null
  allowed_origins: Json
  /** What its keys may do: `*`, or scopes such as `knowledge:write`. */
  scopes: Generated<Json>
  /** The only assistants it may use; empty = all of the organization's. */
  assistant_ids: Generated<Json>
  last_used_at: Time | null
  created_at: Time
}

export interface UserContextTable {
  id: string
  org_id: string
  /** The organization's own name for the person. */
  user_reference: string
  traits: Json
  created_at: Time
  updated_at: Time
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
  /** `all`: every source open to it but the excluded ones; `included`: only those included by name. */
  knowledge_mode: Generated<'all' | 'included'>
  created_at: Time
  updated_at: Time
}

export interface AssistantSourceTable {
  assistant_id: string
  source_id: string
  rule: 'include' | 'exclude'
}

export interface ConversationTable {
  id: string
  org_id: string
  assistant_id: string
  client_id: string
  /** `session`: a visitor's session stands for it, and it is reached through that; `direct`: it is reached by its own id. */
  kind: Generated<'session' | 'direct'>
  customer_id: string | null
  /** 1: keys or a `user_token` said who the customer is; 0: nobody did, or a widget token claims it. */
  customer_verified: Generated<Flag>
  title: string | null
  locale: string | null
  status: 'active' | 'closed'
  user_context_id: string | null
  message_count: Generated<number>
  last_message_at: Time | null
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
  summary: string | null
  keywords: Generated<Json>
  /** Where the page was found in the end, after redirects. */
  final_url: string | null
  /** What the web server said of the page it sent, to be told that nothing changed. */
  etag: string | null
  last_modified: string | null
  fetched_at: Time | null
  /** What the person who gave it should know although it is ready. */
  warnings: Generated<Json>
  /** How it was cut into passages and stemmed (retrieval/text-version.ts). */
  text_version: Generated<number>
  /** The version of its passages that searches find; null before any was ready. */
  live_version: number | null
  /** Hours between two times that a page is fetched without being asked for; null = never. */
  refresh_hours: number | null
  next_refresh_at: Time | null
  /** Why the last such time failed; null when it did not. */
  refresh_error: string | null
  /** How many times in a row it failed. */
  refresh_failures: Generated<number>
  /** Settings of the crawl that begins at this page: CrawlSettings. */
  crawl: Json | null
  /** The source of the crawl that found this page. */
  parent_id: string | null
  /** 1: its title is the one that the page gives itself. */
  titled_by_page: Generated<Flag>
  created_at: Time
  updated_at: Time
}

export interface SourceAssistantTable {
  source_id: string
  assistant_id: string
}

export interface CrawlPageTable {
  root_id: string
  /** As links are compared: without fragment and tracking parameters. */
  url: string
  /** Links between it and the first page. */
  depth: number
  /** `waiting`: not read yet; `taken`: a source stands for it; `left_out`: was read and is none; `removed`: by a person. */
  state: 'waiting' | 'taken' | 'left_out' | 'removed'
  source_id: string | null
}

export type PassageKind = 'body' | 'question' | 'answer'

export interface PassageTable {
  /** Row id shared by passage and passage_words; passage_vector's places are counted from it. */
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
  /** As its source's was when it was written; searches ask the source. */
  everyone: Flag
  /** Counts the times its source was processed. */
  version: Generated<number>
  /** 1 once its words and vector are written. */
  indexed: Flag
  /** 1 once all of its version is indexed; found then, while that version is its source's live one. */
  live: Flag
}

export interface PassageVectorTable {
  /** Twice the passage's `num`, plus the slot of its embedder (0 or 1). */
  place: number
  /** SHA-256 of the text that was embedded. */
  text_hash: Uint8Array | null
  /** See vector-form.ts. */
  vector: Uint8Array
}

/** What searches must read anew, oldest first; written by triggers. */
export interface SearchChangeTable {
  seq: Generated<number>
  /** Null: the rules of an assistant have changed. */
  source_id: string | null
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
  /** 1: nobody asked for it, so that its failure leaves a source that is found as it is. */
  refresh: Generated<Flag>
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

export interface FeedbackTable {
  id: string
  org_id: string
  assistant_id: string
  conversation_id: string
  /** What was rated; of a session that has ended, both are null. Never both are set. */
  session_id: string | null
  message_id: string | null
  rating: 'positive' | 'neutral' | 'negative' | 'thumbs_up' | 'thumbs_down' | 'incorrect'
  comment: string | null
  created_at: Time
  updated_at: Time
}

export interface WidgetConfigTable {
  id: string
  org_id: string
  assistant_id: string | null
  name: string
  config: Json
  created_at: Time
  updated_at: Time
}

/** Every table of appliance.db that is reached through Kysely. Words: passage-index.ts. */
export interface Schema {
  organization: OrganizationTable
  client: ClientTable
  user_context: UserContextTable
  assistant: AssistantTable
  assistant_source: AssistantSourceTable
  conversation: ConversationTable
  session: SessionTable
  message: MessageTable
  source: SourceTable
  source_assistant: SourceAssistantTable
  passage: PassageTable
  passage_vector: PassageVectorTable
  search_change: SearchChangeTable
  job: JobTable
  crawl_page: CrawlPageTable
  rate_window: RateWindowTable
  setting: SettingTable
  operator_token: OperatorTokenTable
  feedback: FeedbackTable
  widget_config: WidgetConfigTable
  telemetry_event: TelemetryEventTable
  request_log: RequestLogTable
  request_hour: RequestHourTable
  reply_hour: ReplyHourTable
  talk_hour: TalkHourTable
  unanswered_group: UnansweredGroupTable
  unanswered_question: UnansweredQuestionTable
  idempotent_answer: IdempotentAnswerTable
}
