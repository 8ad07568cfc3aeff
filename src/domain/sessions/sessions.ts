import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { Page } from '../../contract/common.js'
import type { Heartbeat, NewSession, Session, SessionPatch, SessionQuery } from '../../contract/sessions.js'
import { AppError, notFound } from '../../errors.js'
import type { ConversationStore } from '../../store/conversations.js'
import type { Database } from '../../store/database.js'
import type { SessionRow, SessionStore } from '../../store/sessions.js'
import type { Assistants } from '../assistants/assistants.js'
import { mayUseAssistant, type Caller } from '../auth/caller.js'
import { hashSecret, secretMatches } from '../auth/secrets.js'
import { mergePatch } from '../contexts/merge-patch.js'

const Metadata = z.record(z.string(), z.unknown())

/** What a caller shows to be let into a session. */
export interface SessionKey {
  caller: Caller
  id: string
  /** The X-Session-Secret header. */
  secret: string | undefined
}

/** Anonymous visitors' sessions: a handle that ends an hour after it was last used. */
export class Sessions {
  constructor(
    private readonly db: Database['db'],
    private readonly store: SessionStore,
    private readonly conversations: ConversationStore,
    private readonly assistants: Assistants,
    private readonly minutes: number,
  ) {}

  /** Opens a session and the conversation it stands for. A secret given now is demanded ever after. */
  async create(caller: Caller, given: NewSession, secret: string | undefined): Promise<Session> {
    const assistant = await this.assistants.requireFor(caller, given.assistant_id)
    const now = new Date().toISOString()
    const shared = {
      org_id: caller.orgId,
      assistant_id: assistant.id,
      client_id: caller.clientId,
      locale: given.locale ?? null,
      metadata: JSON.stringify(given.metadata ?? {}),
      created_at: now,
    }
    const conversation = {
      ...shared,
      id: randomUUID(),
      customer_id: null,
      title: null,
      status: 'active' as const,
      updated_at: now,
    }
    const session: SessionRow = {
      ...shared,
      id: randomUUID(),
      conversation_id: conversation.id,
      visitor_id: given.visitor_id ?? null,
      secret_hash: secret === undefined ? null : hashSecret(secret),
      expires_at: this.expiry(),
    }
    await this.db.transaction().execute(async (tx) => {
      await this.conversations.create(conversation, tx)
      await this.store.create(session, tx)
    })
    return present(session)
  }

  /** Those of the caller's assistants, expired ones too. */
  async list(caller: Caller, query: SessionQuery): Promise<Page<Session>> {
    const now = new Date().toISOString()
    const filter = {
      assistantId: query.assistant_id,
      assistantIds: caller.assistantIds,
      visitorId: query.visitor_id,
      status: query.status,
      now,
      sort: query.sort,
    }
    const { rows, total } = await this.store.list(caller.orgId, filter, query)
    return { rows: rows.map((row) => present(row, now)), total }
  }

  /** @throws AppError as `get` does, and `invalid_input` when the merged metadata are too large. */
  async patch(key: SessionKey, { metadata, ...plain }: SessionPatch): Promise<Session> {
    await this.open(key)
    return this.db.transaction().execute(async (tx) => {
      const row = await this.store.find(key.caller.orgId, key.id, tx)
      if (row === undefined) throw notFound('session', key.id)
      const changes = {
        ...plain,
        ...(metadata && {
          metadata: JSON.stringify(
            mergePatch(Metadata.parse(JSON.parse(row.metadata)), metadata, 'metadata'),
          ),
        }),
      }
      if (Object.keys(changes).length > 0) await this.store.update(row.org_id, row.id, changes, tx)
      return present({ ...row, ...changes })
    })
  }

  /** Ends a session and closes its conversation; what was said stays with the organization. @throws AppError as `get` does. */
  async end(key: SessionKey): Promise<void> {
    const row = await this.open(key)
    const closed = { status: 'closed' as const, updated_at: new Date().toISOString() }
    await this.db.transaction().execute(async (tx) => {
      await this.store.remove(row.org_id, row.id, tx)
      await this.conversations.update(row.org_id, row.conversation_id, closed, tx)
    })
  }

  /**
   * Whether a session goes on, and until when. Does not prolong it: a page left open would keep it for ever.
   * @throws AppError as `get` does.
   */
  async heartbeat(key: SessionKey): Promise<Heartbeat> {
    const row = await this.open(key)
    return { session_id: row.id, status: 'active', expires_at: row.expires_at }
  }

  /** @throws AppError `not_found`, `forbidden` (the session's secret is missing or wrong), `session_expired`. */
  async get(key: SessionKey): Promise<Session> {
    return present(await this.open(key))
  }

  /** As `get`, for the domain's own use. */
  async open({ caller, id, secret }: SessionKey): Promise<SessionRow> {
    const row = await this.store.find(caller.orgId, id)
    if (row === undefined || !mayUseAssistant(caller, row.assistant_id)) throw notFound('session', id)
    requireSecret(caller, row, secret)
    if (row.expires_at <= new Date().toISOString()) {
      throw new AppError('session_expired', 'This session has expired; open a new one.')
    }
    return row
  }

  /** The end of a session used now. */
  expiry(): string {
    return new Date(Date.now() + this.minutes * 60_000).toISOString()
  }
}

/** @throws AppError `forbidden` for a widget token without the secret that the session was opened with. */
export function requireSecret(
  caller: Caller,
  { secret_hash: hash }: Pick<SessionRow, 'secret_hash'>,
  secret: string | undefined,
): void {
  if (hash === null || caller.kind !== 'widget' || secretMatches(secret ?? '', hash)) return
  throw new AppError('forbidden', 'This session was opened with a secret: send it as X-Session-Secret.')
}

function present(row: SessionRow, now = new Date().toISOString()): Session {
  return {
    id: row.id,
    session_id: row.id,
    assistant_id: row.assistant_id,
    conversation_id: row.conversation_id,
    visitor_id: row.visitor_id,
    status: row.expires_at > now ? 'active' : 'expired',
    locale: row.locale,
    metadata: Metadata.parse(JSON.parse(row.metadata)),
    expires_at: row.expires_at,
    created_at: row.created_at,
  }
}
