import type { Message } from '../../contract/messages.js'
import type { Transcript, TranscriptFormat } from '../../contract/transcripts.js'
import { notFound } from '../../errors.js'
import type { AssistantStore } from '../../store/assistants.js'
import type { ConversationRow, ConversationStore } from '../../store/conversations.js'
import { spoken } from '../answers/wording.js'
import { everyMessage } from './past-messages.js'
import { htmlTranscript, textTranscript } from './transcript-text.js'

type Head = Omit<Transcript, 'messages'>

/** A transcript being written: its text comes in pieces, since a conversation may be long. */
export interface WrittenTranscript {
  conversationId: string
  format: TranscriptFormat
  pieces: AsyncGenerator<string, void>
}

/** Whole conversations, written out for those who had them. */
export class Transcripts {
  constructor(
    private readonly conversations: ConversationStore,
    private readonly assistants: AssistantStore,
  ) {}

  /**
   * JSON is the bare `Transcript`; text and HTML are in the language of `locale`, English where we do not speak it.
   * @param of a conversation whose reader has been let in already.
   * @throws AppError `not_found` when it has been deleted meanwhile.
   */
  async write(
    of: { orgId: string; conversationId: string; locale?: string | null },
    format: TranscriptFormat,
  ): Promise<WrittenTranscript> {
    const row = await this.conversations.find(of.orgId, of.conversationId)
    const assistant = row && (await this.assistants.find(of.orgId, row.assistant_id))
    if (row === undefined || assistant === undefined) throw notFound('conversation', of.conversationId)
    const head = headOf(row, assistant, of.locale ?? row.locale)
    const language = spoken(head.locale, assistant.language)
    const messages = everyMessage(this.conversations, of.orgId, row.id)
    const pieces =
      format === 'json'
        ? jsonTranscript(head, messages)
        : format === 'text'
          ? textTranscript(head, messages, language)
          : htmlTranscript(head, messages, language)
    return { conversationId: row.id, format, pieces }
  }
}

function headOf(row: ConversationRow, assistant: { id: string; name: string }, locale: string | null): Head {
  return {
    conversation_id: row.id,
    assistant: { id: assistant.id, name: assistant.name },
    customer_id: row.customer_id,
    title: row.title,
    locale,
    metadata: JSON.parse(row.metadata) as Head['metadata'],
    created_at: row.created_at,
    exported_at: new Date().toISOString(),
  }
}

async function* jsonTranscript(head: Head, messages: AsyncGenerator<Message>): AsyncGenerator<string, void> {
  yield `${JSON.stringify(head).slice(0, -1)},"messages":[`
  let separator = ''
  for await (const message of messages) {
    yield separator + JSON.stringify(message)
    separator = ','
  }
  yield ']}'
}
