import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { NewSession, Session } from '../../contract/sessions.js'
import { AppError, notFound } from '../../errors.js'
import type { ConversationStore } from '../../store/conversations.js'
import type { Database } from '../../store/database.js'
import type { SessionRow, SessionStore } from '../../store/sessions.js'
import type { Assistants } from '../assistants/assistants.js'
import type { Caller } from '../auth/caller.js'
import { hashSecret, secretMatches } from '../auth/secrets.js'

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

  /** @throws AppError `not_found`, `forbidden` (the session's secret is missing or wrong), `session_expired`. */
  async get(key: SessionKey): Promise<Session> {
    return present(await this.open(key))
  }

  /** As `get`, for the domain's own use. */
  async open({ caller, id, secret }: SessionKey): Promise<SessionRow> {
    const row = await this.store.find(caller.orgId, id)
    if (row === undefined) throw notFound('session', id)
    if (
      row.secret_hash !== null &&
      caller.kind === 'widget' &&
      !secretMatches(secret ?? '', row.secret_hash)
    ) {
      throw new AppError('forbidden', 'This session was opened with a secret: send it as X-Session-Secret.')
    }
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

function present(row: SessionRow): Session {
  return {
    id: row.id,
    session_id: row.id,
    assistant_id: row.assistant_id,
    conversation_id: row.conversation_id,
    visitor_id: row.visitor_id,
    locale: row.locale,
    metadata: Metadata.parse(JSON.parse(row.metadata)),
    expires_at: row.expires_at,
    created_at: row.created_at,
  }
}
