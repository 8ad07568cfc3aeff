import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { Page, Paging } from '../../contract/common.js'
import type {
  Conversation,
  ConversationPatch,
  ConversationQuery,
  NewConversation,
} from '../../contract/conversations.js'
import type { Message } from '../../contract/messages.js'
import { AppError, notFound } from '../../errors.js'
import type { ContextStore } from '../../store/contexts.js'
import type { ConversationRow, ConversationStore } from '../../store/conversations.js'
import type { Database } from '../../store/database.js'
import type { SessionRow } from '../../store/sessions.js'
import type { Assistants } from '../assistants/assistants.js'
import { mayUseAssistant, type Caller } from '../auth/caller.js'
import { mergePatch } from '../contexts/merge-patch.js'
import type { Erasure } from './erasure.js'
import { pastMessages } from './past-messages.js'
import { contextOf, namedContext, personFor, type Person } from './person.js'

const Metadata = z.record(z.string(), z.unknown())

export interface ConversationsParts {
  db: Database['db']
  store: ConversationStore
  contexts: ContextStore
  assistants: Assistants
  erasure: Erasure
}

/** Lasting conversations with known people. */
export class Conversations {
  constructor(private readonly parts: ConversationsParts) {}

  /**
   * Begins a conversation; with `resume`, goes on with the customer's newest active one, if there is any.
   * @throws AppError `not_found` or `assistant_inactive` for the assistant, `invalid_input`, `forbidden`.
   */
  async create(
    caller: Caller,
    given: NewConversation,
  ): Promise<{ conversation: Conversation; isNew: boolean }> {
    const assistant = await this.parts.assistants.requireFor(caller, given.assistant_id)
    const person = personFor(caller, given.customer_id)
    const resumed = given.resume === true ? requireCertain(person) : undefined
    const row = await this.newRow(caller, given, assistant.id, person)
    const clientId = caller.kind === 'widget' ? caller.clientId : undefined
    return this.parts.db.transaction().execute(async (tx) => {
      if (resumed !== undefined) {
        const of = { assistantId: assistant.id, customerId: resumed, clientId }
        const there = await this.parts.store.newestActive(caller.orgId, of, tx)
        if (there !== undefined) return { conversation: present(there), isNew: false }
      }
      await this.parts.store.create(row, tx)
      return { conversation: present(row), isNew: true }
    })
  }

  /**
   * By when something was last said. A widget token sees those of the customer it speaks for.
   * @throws AppError `forbidden` for a widget token that speaks for nobody, or not for that customer.
   */
  async list(caller: Caller, query: ConversationQuery): Promise<Page<Conversation>> {
    const isWidget = caller.kind === 'widget'
    if (
      isWidget &&
      (caller.customerId === null || (query.customer_id ?? caller.customerId) !== caller.customerId)
    )
      throw new AppError(
        'forbidden',
        'A widget token lists the conversations of the customer its user_token names, and no others.',
      )
    const filter = {
      assistantId: query.assistant_id,
      assistantIds: caller.assistantIds,
      customerId: isWidget ? (caller.customerId ?? undefined) : query.customer_id,
      verifiedThrough: isWidget ? caller.clientId : undefined,
      status: query.status,
      withAnonymous: query.include === 'sessions',
      sort: query.sort,
    }
    const { rows, total } = await this.parts.store.list(caller.orgId, filter, query)
    return { rows: rows.map(present), total }
  }

  /** @throws AppError as `open` does. */
  async get(caller: Caller, id: string): Promise<Conversation> {
    return present(await this.open({ caller, id }))
  }

  /**
   * The conversation, for a caller who may use it: keys any of their assistants' ones; a widget token those begun
   * through its own client, unless a session stands for them.
   * @throws AppError `not_found`, `forbidden`.
   */
  async open({ caller, id }: { caller: Caller; id: string }): Promise<ConversationRow> {
    const row = await this.parts.store.find(caller.orgId, id)
    if (row === undefined || !mayUseAssistant(caller, row.assistant_id)) throw notFound('conversation', id)
    if (caller.kind === 'widget') {
      if (row.client_id !== caller.clientId)
        throw new AppError('forbidden', 'This conversation was begun through another client.')
      if (row.kind === 'session')
        throw new AppError('forbidden', 'A widget token reaches this conversation through its session only.')
    }
    return row
  }

  /** @throws AppError as `open` does, and `invalid_input`. */
  async patch(caller: Caller, id: string, patch: ConversationPatch): Promise<Conversation> {
    await this.open({ caller, id })
    const { metadata, user_context_id: context, ...plain } = patch
    const contextId =
      typeof context === 'string' ? await namedContext(caller, context, this.parts.contexts) : context
    return this.parts.db.transaction().execute(async (tx) => {
      const row = await this.parts.store.find(caller.orgId, id, tx)
      if (row === undefined) throw notFound('conversation', id)
      const changes = {
        ...plain,
        ...(contextId !== undefined && { user_context_id: contextId }),
        ...(metadata && { metadata: JSON.stringify(mergePatch(metadataOf(row), metadata, 'metadata')) }),
        updated_at: new Date().toISOString(),
      }
      await this.parts.store.update(caller.orgId, id, changes, tx)
      return present({ ...row, ...changes })
    })
  }

  /** Deletes it with all that was said. @throws AppError as `open` does. */
  async erase(caller: Caller, id: string): Promise<void> {
    const row = await this.open({ caller, id })
    await this.parts.erasure.erase(row.org_id, row.id)
  }

  /** One page of what was said. @throws AppError as `open` does. */
  async messages(
    caller: Caller,
    id: string,
    paging: Paging & { sort: 'newest' | 'oldest' },
  ): Promise<Page<Message>> {
    const row = await this.open({ caller, id })
    return pastMessages(this.parts.store, { orgId: row.org_id, conversationId: row.id }, paging)
  }

  /** One page of what was said in a session, which its caller has opened. */
  ofSession(
    session: Pick<SessionRow, 'org_id' | 'conversation_id'>,
    paging: Paging & { sort: 'newest' | 'oldest' },
  ): Promise<Page<Message>> {
    const of = { orgId: session.org_id, conversationId: session.conversation_id }
    return pastMessages(this.parts.store, of, paging)
  }

  private async newRow(
    caller: Caller,
    given: NewConversation,
    assistantId: string,
    { customerId, isVerified }: Person,
  ): Promise<ConversationRow> {
    const now = new Date().toISOString()
    const row: ConversationRow = {
      id: randomUUID(),
      org_id: caller.orgId,
      assistant_id: assistantId,
      client_id: caller.clientId,
      kind: 'direct',
      customer_id: customerId,
      customer_verified: isVerified ? 1 : 0,
      title: given.title ?? null,
      locale: given.locale ?? null,
      status: 'active',
      user_context_id: null,
      message_count: 0,
      last_message_at: null,
      metadata: JSON.stringify(given.metadata ?? {}),
      created_at: now,
      updated_at: now,
    }
    const named = given.user_context_id
    const contextId =
      named === undefined
        ? ((await contextOf(row, this.parts.contexts))?.id ?? null)
        : await namedContext(caller, named, this.parts.contexts)
    return { ...row, user_context_id: contextId }
  }
}

function requireCertain({ customerId, isVerified }: Person): string {
  if (customerId === null) {
    const message = 'is required, to find what is to be resumed.'
    throw new AppError('invalid_input', `customer_id ${message}`, {
      fields: [{ path: 'customer_id', message }],
    })
  }
  if (!isVerified)
    throw new AppError('forbidden', 'Resuming a customer’s conversation takes keys or a user_token.')
  return customerId
}

function metadataOf(row: ConversationRow): Record<string, unknown> {
  return Metadata.parse(JSON.parse(row.metadata))
}

function present(row: ConversationRow): Conversation {
  return {
    id: row.id,
    assistant_id: row.assistant_id,
    customer_id: row.customer_id,
    customer_verified: row.customer_verified === 1,
    title: row.title,
    status: row.status,
    locale: row.locale,
    user_context_id: row.user_context_id,
    metadata: metadataOf(row),
    message_count: row.message_count,
    last_message_at: row.last_message_at,
    created_at: row.created_at,
    updated_at: row.updated_at,
  }
}
