import { z } from 'zod'
import type { UserContext } from '../../contract/messages.js'
import type { ContextStore } from '../../store/contexts.js'
import type { ConversationRow } from '../../store/conversations.js'
import { namesSomebody } from '../answers/salutation.js'
import { contextOf } from './person.js'

const Traits = z.record(z.string(), z.unknown())

/**
 * What is known of whoever writes in a conversation: the traits of its user context, else of the context that bears the
 * customer's reference. The name that a web site gives with a message is unproved; it stands in where those name nobody.
 */
export async function visitorTraits(
  contexts: ContextStore,
  conversation: ConversationRow,
  claimed: UserContext | undefined,
): Promise<Record<string, unknown>> {
  const traits = await storedTraits(contexts, conversation)
  if (claimed?.name === undefined || namesSomebody(traits)) return traits
  return { ...traits, name: claimed.name }
}

async function storedTraits(
  contexts: ContextStore,
  conversation: ConversationRow,
): Promise<Record<string, unknown>> {
  const context = await contextOf(conversation, contexts)
  return context === undefined ? {} : Traits.parse(JSON.parse(context.traits))
}
