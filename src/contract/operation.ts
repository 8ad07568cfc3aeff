import { z } from 'zod'
import { Success } from './envelope.js'

/** A text of the reference in both of its languages. */
export interface Bilingual {
  en: string
  fr: string
}

/**
 * The least credential that is let in. `public`: none is looked at; `optional`: whoever shows some is recognized, and
 * wrong ones are refused; `widget`: a widget token, keys, or the operator; `key`: keys or the operator.
 */
export type Access = 'public' | 'optional' | 'widget' | 'key'

/** What an organization's keys may be narrowed to; writing includes reading. */
export const SCOPE_AREAS = [
  'assistants',
  'conversations',
  'contexts',
  'knowledge',
  'widgets',
  'analytics',
  'keys',
] as const
export type ScopeArea = (typeof SCOPE_AREAS)[number]
export type Scope = `${ScopeArea}:${'read' | 'write'}`

/** Every scope there is, area by area. */
export const ALL_SCOPES = SCOPE_AREAS.flatMap((area): Scope[] => [`${area}:read`, `${area}:write`])

/** Whether one of the scopes held includes the one asked for; writing includes reading. */
export function includesScope(held: readonly string[], scope: string): boolean {
  const [area] = scope.split(':')
  return held.includes('*') || held.includes(scope) || (area !== undefined && held.includes(`${area}:write`))
}

/** The chapters of the reference. */
export type Tag =
  | 'auth'
  | 'assistants'
  | 'sessions'
  | 'conversations'
  | 'contexts'
  | 'knowledge'
  | 'feedback'
  | 'widget'
  | 'analytics'
  | 'keys'
  | 'system'

/** One successful answer: how its body is wrapped and what is in it. */
export interface Answer<T extends z.ZodType = z.ZodType> {
  kind: 'json' | 'flat' | 'text'
  /** Of `data` where the body is an envelope (`json`), else of the whole body. */
  schema: T
  mediaType?: string
}

export type SuccessStatus = 200 | 201 | 202
export type Answers = Partial<Record<SuccessStatus, Answer>>

/** An endpoint: where it is, who may use it, what it takes and gives. Routing, checking and the reference come from it. */
export interface Operation<
  P extends z.ZodType = z.ZodType,
  Q extends z.ZodType = z.ZodType,
  B extends z.ZodType = z.ZodType,
  A extends Answers = Answers,
> {
  /** Its name for programs: `createSession`. */
  id: string
  method: 'get' | 'post' | 'put' | 'patch' | 'delete'
  /** From the root, with parameters in braces: `/api/v1/sessions/{id}`. Served with and without a slash at its end. */
  path: string
  /** Other paths of the same endpoint, with the same parameters. */
  aliases?: string[]
  tag: Tag
  access: Access
  /** What a key must be allowed to; absent = any key. */
  scope?: Scope
  /** True for what is about the organization as a whole: a key for some of its assistants may not have it. */
  wholeOrganization?: true
  /** What `{id}` names, for the 404: "session". */
  thing?: string
  summary: Bilingual
  description?: Bilingual
  params?: P
  query?: Q
  /** The JSON body. */
  body?: B
  /** True where a missing body is as good as an empty one. */
  bodyOptional?: boolean
  /** The text fields of a multipart form, beside the file in the field `file`. */
  form?: z.ZodType
  answers: A
  /** The frames of `text/event-stream`, given when the Accept header asks for it (or always, without `answers`). */
  events?: z.ZodType
  /** Other media types of the answer, given when the query asks for them. */
  otherMediaTypes?: string[]
  /** A body that could be sent, for the reference's examples. */
  example?: unknown
  /** True where requests do not count against the organization's hour: heartbeats, telemetry, health. */
  uncounted?: true
  /** Whether `Idempotency-Key` is heeded: the first answer is kept and given again. Never where it holds a secret. */
  idempotent?: boolean
}

/** Declares an endpoint; its types are those of its schemas. */
export function operation<
  P extends z.ZodType = z.ZodNever,
  Q extends z.ZodType = z.ZodNever,
  B extends z.ZodType = z.ZodNever,
  const A extends Answers = Answers,
>(given: Operation<P, Q, B, A>): Operation<P, Q, B, A> {
  return given
}

/** An answer in the envelope of every success. */
export function json<T extends z.ZodType>(schema: T): Answer<T> {
  return { kind: 'json', schema }
}

/** An answer without envelope. */
export function flat<T extends z.ZodType>(schema: T): Answer<T> {
  return { kind: 'flat', schema }
}

/** An answer that is no JSON. */
export function textual(mediaType: string): Answer<z.ZodString> {
  return { kind: 'text', schema: z.string(), mediaType }
}

/** One page of a list under its name, with what is needed to ask for the next. */
export function pageOf<N extends string, T extends z.ZodType>(name: N, item: T) {
  const paging = { total: z.int(), limit: z.int(), offset: z.int() }
  return z.object({ [name]: z.array(item), ...paging } as Record<N, z.ZodArray<T>> & typeof paging)
}

/** The whole body of an answer. */
export function bodyOf(answer: Answer): z.ZodType {
  return answer.kind === 'json' ? Success(answer.schema) : answer.schema
}

/** The path of one thing. */
export function pathOf<const K extends string>(name: K) {
  return z.object({ [name]: z.guid() } as Record<K, z.ZodGUID>)
}
