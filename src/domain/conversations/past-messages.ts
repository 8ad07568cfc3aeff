import type { Page, Paging } from '../../contract/common.js'
import type { Message } from '../../contract/messages.js'
import type { ConversationStore } from '../../store/conversations.js'
import { presentMessage } from './stored-messages.js'

/** Messages read from the store at once, where all are wanted. */
const AT_ONCE = 100

/** One page of what was said in a conversation. */
export async function pastMessages(
  store: ConversationStore,
  { orgId, conversationId }: { orgId: string; conversationId: string },
  { limit, offset, sort }: Paging & { sort: 'newest' | 'oldest' },
): Promise<Page<Message>> {
  const { rows, total } = await store.messages(orgId, conversationId, { limit, offset }, sort)
  return { rows: rows.map(presentMessage), total }
}

/** Everything that was said, oldest first, read little by little. */
export async function* everyMessage(
  store: ConversationStore,
  orgId: string,
  conversationId: string,
): AsyncGenerator<Message, void> {
  let last = 0
  for (;;) {
    const rows = await store.messagesAfter(orgId, conversationId, last, AT_ONCE)
    for (const row of rows) yield presentMessage(row)
    last = rows.at(-1)?.seq ?? last
    if (rows.length < AT_ONCE) return
  }
}
