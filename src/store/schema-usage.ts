import type { Generated } from 'kysely'

/** ISO 8601, UTC, milliseconds: sorts as text. */
type Time = string
/** A JSON document, stored as text. */
type Json = string

export interface TelemetryEventTable {
  seq: Generated<number>
  org_id: string
  assistant_id: string | null
  client_id: string | null
  event_type: string
  user_id: string | null
  metadata: Json
  created_at: Time
}

export interface RequestLogTable {
  seq: Generated<number>
  org_id: string
  request_id: string
  client_id: string | null
  caller: 'key' | 'widget' | 'operator'
  method: string
  /** The pattern of the path. */
  route: string
  status: number
  ms: number
  created_at: Time
}

export interface RequestHourTable {
  org_id: string
  /** The beginning of the hour. */
  hour: Time
  client_id: string
  method: string
  route: string
  status: number
  requests: number
  total_ms: number
  /** Latencies by bucket. */
  histogram: Json
}

export interface ReplyHourTable {
  org_id: string
  /** The beginning of the hour. */
  hour: Time
  client_id: string
  assistant_id: string
  /** How the replies came about: ReplyMode. */
  mode: string
  replies: number
  prompt_tokens: number
  cached_tokens: number
  completion_tokens: number
}

export interface TalkHourTable {
  org_id: string
  /** The beginning of the hour. */
  hour: Time
  /** Kept by triggers, like `messages`. */
  sessions: number
  messages: number
}

export interface UnansweredGroupTable {
  id: string
  org_id: string
  assistant_id: string
  /** The question that stands for the group: its first one. */
  question: string
  language: string | null
  /** Embedding of that question, float32; null where there was none. */
  vector: Uint8Array | null
  /** The model that made the vector; those of different models cannot be compared. */
  embedder: string | null
  questions: number
  status: 'open' | 'answered' | 'dismissed'
  /** The Q&A pair made of it. */
  source_id: string | null
  first_at: Time
  last_at: Time
}

export interface UnansweredQuestionTable {
  seq: Generated<number>
  org_id: string
  group_id: string
  message_id: string | null
  question: string
  created_at: Time
}

export interface IdempotentAnswerTable {
  org_id: string
  /** SHA-256 of the sender's key and of whoever may use it. */
  key: string
  /** SHA-256 of everything that makes two requests the same. */
  fingerprint: string
  /** The conversation it tells of; it goes with it. */
  conversation_id: string | null
  status: number
  body: string
  created_at: Time
}
