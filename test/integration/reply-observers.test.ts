import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { Answers } from '#src/domain/answers/answers.js'
import { Composer } from '#src/domain/answers/composer.js'
import { Assistants } from '#src/domain/assistants/assistants.js'
import type { FinishedReply } from '#src/domain/conversations/finished-reply.js'
import { Messages } from '#src/domain/conversations/messages.js'
import { threadOfConversation } from '#src/domain/conversations/thread.js'
import { Sessions } from '#src/domain/sessions/sessions.js'
import { createLogger } from '#src/log.js'
import { Metrics } from '#src/metrics/metrics.js'
import { assistantStore } from '#src/store/assistants.js'
import { contextStore } from '#src/store/contexts.js'
import { conversationStore } from '#src/store/conversations.js'
import { sessionStore } from '#src/store/sessions.js'
import { startAppliance, type Appliance } from '../helpers/appliance.js'
import { scriptedChat } from '../helpers/scripted-chat.js'
import { scriptedRetriever } from '../helpers/scripted-retriever.js'
import { newAssistant, organizationId, storeConversation } from '../helpers/talk.js'

let dir: string
let appliance: Appliance
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'guichet-observers-'))
  appliance = await startAppliance({ dataDir: dir })
})
afterEach(async () => {
  await appliance.stop()
  await rm(dir, { recursive: true, force: true })
})

it('tells of each stored reply, and takes no harm from whoever listens', async () => {
  const { db } = appliance.database
  const log = createLogger('silent', false)
  const conversations = conversationStore(db)
  const sessions = sessionStore(db)
  const assistants = new Assistants(assistantStore(db), () => undefined)
  const heard: FinishedReply[] = []
  const messages = new Messages({
    db,
    conversations,
    sessionStore: sessions,
    contexts: contextStore(db),
    sessions: new Sessions(db, sessions, conversations, assistants, 60),
    assistants,
    answers: new Answers(scriptedRetriever(), new Composer(scriptedChat([]), 2048)),
    metrics: new Metrics(log).replies,
    log,
    observers: [
      () => {
        throw new Error('broken listener')
      },
      (reply) => heard.push(reply),
    ],
  })
  const orgId = await organizationId(appliance)
  const assistantId = await newAssistant(appliance)
  const id = await storeConversation(appliance, { assistantId, clientId: 'web' })
  const row = await conversations.find(orgId, id)
  if (row === undefined) throw new Error('no conversation')
  const thread = threadOfConversation(row)
  const { turn } = await messages.send(thread, { content: 'How?' })
  const pair = await turn.result
  await (
    await messages.send(thread, { content: 'How?' })
  ).turn.result
  await (
    await messages.send(thread, { content: 'note', skip_ai_response: true })
  ).turn.result
  expect(heard).toEqual([
    {
      orgId,
      clientId: 'web',
      assistantId,
      conversationId: id,
      userMessageId: pair.user_message?.id,
      question: 'How?',
      language: 'en',
      metadata: pair.assistant_message?.metadata,
    },
  ])
})
