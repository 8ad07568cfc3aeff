import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Response, Router } from 'express'
import * as ofConversations from '../../contract/operations/conversations.js'
import * as ofSessions from '../../contract/operations/sessions.js'
import type { TranscriptFormat } from '../../contract/transcripts.js'
import type { Conversations } from '../../domain/conversations/conversations.js'
import type { Erasure } from '../../domain/conversations/erasure.js'
import type { Transcripts, WrittenTranscript } from '../../domain/conversations/transcripts.js'
import type { Sessions } from '../../domain/sessions/sessions.js'
import { SENT, serve } from '../serve.js'
import { sessionKey } from './sessions.js'

/** How long the reader of a transcript may take, in ms. */
const READING_MS = 300_000

const FILES: Record<Exclude<TranscriptFormat, 'json'>, { type: string; extension: string }> = {
  text: { type: 'text/plain; charset=utf-8', extension: 'txt' },
  html: { type: 'text/html; charset=utf-8', extension: 'html' },
}

interface Services {
  sessions: Sessions
  conversations: Conversations
  transcripts: Transcripts
  erasure: Erasure
}

/** `…/transcript`: one's own conversation, to keep or to erase. */
export function transcriptRoutes(
  router: Router,
  { sessions, conversations, transcripts, erasure }: Services,
): void {
  serve(router, ofSessions.getSessionTranscript, async ({ req, res, params, query }) => {
    const session = await sessions.open(sessionKey(req, params.id))
    const { org_id: orgId, conversation_id: conversationId, locale } = session
    await send(res, await transcripts.write({ orgId, conversationId, locale }, query.format))
    return SENT
  })

  serve(router, ofSessions.eraseSessionTranscript, async ({ req, params }) => {
    const session = await sessions.open(sessionKey(req, params.id))
    await erasure.erase(session.org_id, session.conversation_id)
    return null
  })

  serve(router, ofConversations.getConversationTranscript, async ({ res, caller, params, query }) => {
    const { org_id: orgId, id: conversationId } = await conversations.open({ caller, id: params.id })
    await send(res, await transcripts.write({ orgId, conversationId }, query.format))
    return SENT
  })

  serve(router, ofConversations.eraseConversationTranscript, async ({ caller, params }) => {
    await conversations.erase(caller, params.id)
    return null
  })
}

/** Piece by piece, as fast as the reader takes them. */
async function send(res: Response, { conversationId, format, pieces }: WrittenTranscript): Promise<void> {
  res.set('Cache-Control', 'no-store')
  if (format === 'json') res.type('json')
  else {
    const { type, extension } = FILES[format]
    res.type(type).attachment(`transcript-${conversationId}.${extension}`).type(type)
  }
  const text = format === 'json' ? inEnvelope(pieces) : pieces
  try {
    await pipeline(Readable.from(text), res, { signal: AbortSignal.timeout(READING_MS) })
  } catch (error) {
    const hasLeft = error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE'
    if (!hasLeft) throw error
  }
}

async function* inEnvelope(pieces: AsyncGenerator<string>): AsyncGenerator<string, void> {
  yield '{"status":"success","status_code":200,"detail":null,"data":'
  yield* pieces
  yield '}'
}
