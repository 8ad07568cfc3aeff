import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { openDatabase } from '../../src/store/database.js'

/** How much there is to be read. */
export interface Seed {
  sessions: number
  messages: number
}

const MINUTE_MS = 60_000
const CUSTOMERS = 1000
const REPLY_METADATA = JSON.stringify({
  answer_mode: 'quote',
  confidence_score: 0.9,
  assistant_unsure: false,
})
const TEXT = 'The printer resets when you hold the green button. Hold it for five seconds. It then beeps.'

/**
 * Puts sessions, each with a conversation and its share of the messages, and people into the database of an appliance that
 * does not run. Every second conversation has a customer; all sessions are still open.
 */
export async function seedTalk(dataDir: string, { sessions, messages }: Seed): Promise<void> {
  const database = await openDatabase(join(dataDir, 'appliance.db'))
  const { connection } = database
  const owner = connection
    .prepare<[], { id: string; org_id: string }>('select id, org_id from assistant limit 1')
    .get()
  if (owner === undefined) throw new Error('There is no assistant to talk with.')
  const { conversation, session, message, context } = statements(connection)
  const end = new Date(Date.now() + 24 * 60 * MINUTE_MS).toISOString()
  const each = Math.round(messages / sessions)
  connection.transaction(() => {
    for (let n = 0; n < CUSTOMERS; n += 1) {
      const at = new Date().toISOString()
      context.run(
        randomUUID(),
        owner.org_id,
        customerName(n),
        JSON.stringify({ name: `Ada ${String(n)}` }),
        at,
        at,
      )
    }
    for (let n = 0; n < sessions; n += 1) {
      const [id, talk] = [randomUUID(), randomUUID()]
      const at = new Date(Date.now() - (sessions - n) * MINUTE_MS).toISOString()
      const customer = n % 2 === 0 ? customerName(n % CUSTOMERS) : null
      conversation.run(talk, owner.org_id, owner.id, customer, each, at, at, at)
      session.run(id, owner.org_id, owner.id, talk, `visitor-${String(n % CUSTOMERS)}`, end, at)
      for (let m = 0; m < each; m += 1) {
        const sender = m % 2 === 0 ? 'user' : 'assistant'
        const metadata = m % 2 === 0 ? '{}' : REPLY_METADATA
        message.run(randomUUID(), owner.org_id, talk, sender, `${TEXT} (${String(m)})`, metadata, at)
      }
    }
  })()
  connection.exec('analyze')
  await database.close()
}

/** The customer of the nth even conversation. */
export function customerName(n: number): string {
  return `customer-${String(n)}`
}

function statements(connection: Awaited<ReturnType<typeof openDatabase>>['connection']) {
  return {
    conversation: connection.prepare(
      `insert into conversation (id, org_id, assistant_id, client_id, customer_id, status, metadata, message_count,
         last_message_at, created_at, updated_at) values (?, ?, ?, 'scratch', ?, 'active', '{}', ?, ?, ?, ?)`,
    ),
    session: connection.prepare(
      `insert into session (id, org_id, assistant_id, conversation_id, client_id, visitor_id, metadata, expires_at,
         created_at) values (?, ?, ?, ?, 'scratch', ?, '{}', ?, ?)`,
    ),
    message: connection.prepare(
      `insert into message (id, org_id, conversation_id, sender, content, metadata, sources, created_at)
         values (?, ?, ?, ?, ?, ?, '[]', ?)`,
    ),
    context: connection.prepare(
      `insert into user_context (id, org_id, user_reference, traits, created_at, updated_at)
         values (?, ?, ?, ?, ?, ?)`,
    ),
  }
}
