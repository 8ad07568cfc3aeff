import { Id } from '../../contract/common.js'
import { AppError } from '../../errors.js'
import type { ContextStore } from '../../store/contexts.js'
import type { ConversationRow } from '../../store/conversations.js'
import type { Caller } from '../auth/caller.js'

/** Whom a conversation is with, and whether that is certain. */
export interface Person {
  customerId: string | null
  /** True when keys or a `user_token` said so; a widget token alone may claim anything. */
  isVerified: boolean
}

/**
 * The customer that a caller begins a conversation for.
 * @throws AppError `forbidden` when a widget token that speaks for one customer names another.
 */
export function personFor(caller: Caller, named: string | undefined): Person {
  if (caller.kind !== 'widget') return { customerId: named ?? null, isVerified: true }
  if (caller.customerId === null) return { customerId: named ?? null, isVerified: false }
  if (named !== undefined && named !== caller.customerId)
    throw new AppError('forbidden', 'This token speaks for another customer than customer_id names.')
  return { customerId: caller.customerId, isVerified: true }
}

/**
 * The id of the context that a caller names by id or `user_reference`. A widget token names it by id, which nobody
 * guesses, or by the customer whom it is known to speak for; else anybody could ask about anybody.
 * @throws AppError `invalid_input` naming `user_context_id` when there is none, `forbidden`.
 */
export async function namedContext(caller: Caller, name: string, contexts: ContextStore): Promise<string> {
  const isOwn = caller.kind !== 'widget' || name === caller.customerId
  const isId = Id.safeParse(name).success
  if (!isOwn && !isId) {
    throw new AppError(
      'forbidden',
      'A widget token names a context by its id; by its user_reference it takes keys or a user_token.',
    )
  }
  const byId = isId ? await contexts.find(caller.orgId, name) : undefined
  const found = byId ?? (isOwn ? await contexts.byReference(caller.orgId, name) : undefined)
  if (found !== undefined) return found.id
  const message = `There is no context "${name.slice(0, 64)}".`
  throw new AppError('invalid_input', `user_context_id: ${message}`, {
    fields: [{ path: 'user_context_id', message }],
  })
}

/**
 * The context of whoever a conversation is with: the one it names, else the one whose `user_reference` is its customer,
 * where that customer is certain.
 */
export function contextOf(
  row: Pick<ConversationRow, 'org_id' | 'user_context_id' | 'customer_id' | 'customer_verified'>,
  contexts: ContextStore,
) {
  if (row.user_context_id !== null) return contexts.find(row.org_id, row.user_context_id)
  if (row.customer_id === null || row.customer_verified === 0) return Promise.resolve(undefined)
  return contexts.byReference(row.org_id, row.customer_id)
}
