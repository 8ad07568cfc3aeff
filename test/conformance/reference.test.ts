import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startAppliance, type Appliance } from '../helpers/appliance.js'
import { ReferenceSamples } from '../helpers/reference-samples.js'
import { scriptedRetriever } from '../helpers/scripted-retriever.js'
import { tinyPdf } from '../helpers/tiny-pdf.js'

/** The assistant that the reference's commands name. */
const REFERENCE_ASSISTANT = '550e8400-e29b-41d4-a716-446655440000'
/** The reference forgot to escape the apostrophes of this text, which no engine takes; they are put right. */
const UNESCAPED = { "'J'ai besoin d'aide avec ma commande'": '"J\'ai besoin d\'aide avec ma commande"' }

let appliance: Appliance
let samples: ReferenceSamples
let folder: string
let assistantId = ''
const retriever = scriptedRetriever()
const keys = { 'x-api-key': 'YOUR_CLIENT_ID', 'x-api-secret': 'YOUR_CLIENT_SECRET' }

beforeAll(async () => {
  appliance = await startAppliance({
    engines: { retriever },
    env: { BOOTSTRAP_CLIENT_ID: keys['x-api-key'], BOOTSTRAP_CLIENT_SECRET: keys['x-api-secret'] },
  })
  folder = await mkdtemp(join(tmpdir(), 'guichet-reference-'))
  await writeFile(join(folder, 'product_manual.pdf'), tinyPdf([[{ text: 'Hold the green button.', y: 700 }]]))
  samples = new ReferenceSamples(appliance.origin, folder)
})
afterAll(async () => {
  await appliance.stop()
  await rm(folder, { recursive: true, force: true })
})

type Data = Record<string, unknown>

/** `data` of an answer that must be this much of a success. */
function dataOf({ status, body }: { status: number; body: unknown }, expected: number): Data {
  expect({ status, body }).toMatchObject({
    status: expected,
    body: { status: 'success', status_code: expected, detail: null },
  })
  return (body as { data: Data }).data
}

const text = expect.any(String) as string

describe('the commands of the reference', () => {
  let sessionId = ''
  let conversationId = ''

  it('create an assistant', async () => {
    const created = dataOf(await samples.curl('create-assistant'), 201)
    expect(created).toMatchObject({
      id: text,
      name: 'Customer Support Bot',
      description: 'Helpful assistant for customer inquiries',
      tone: 'professional',
      language: 'en',
      default_tasks: ['answer_questions', 'provide_support'],
      is_active: true,
    })
    assistantId = String(created['id'])
  })

  it('list the assistants', async () => {
    const { assistants, total, limit, offset } = dataOf(await samples.curl('list-assistants'), 200)
    expect(assistants).toContainEqual(expect.objectContaining({ id: assistantId }))
    expect({ total, limit, offset }).toEqual({ total: 2, limit: 50, offset: 0 })
  })

  it('open a session', async () => {
    const session = dataOf(await samples.curl('create-session', { [REFERENCE_ASSISTANT]: assistantId }), 201)
    expect(session).toMatchObject({
      session_id: session['id'],
      assistant_id: assistantId,
      visitor_id: 'visitor-123',
      locale: 'en',
      metadata: { source: 'website', page: '/contact' },
      expires_at: text,
    })
    sessionId = String(session['id'])
  })

  it('send a message into the session', async () => {
    const answer = await samples.curl('send-session-message', { '${SESSION_ID}': sessionId })
    expect(dataOf(answer, 200)).toMatchObject({
      session_id: sessionId,
      user_message: {
        sender: 'user',
        content: 'Hello, I need help with my order',
        metadata: { user_type: 'customer' },
      },
      assistant_message: { sender: 'assistant', content: text },
    })
  })

  it('begin a conversation', async () => {
    const conversation = dataOf(
      await samples.curl('create-conversation', { [REFERENCE_ASSISTANT]: assistantId }),
      201,
    )
    expect(conversation).toMatchObject({
      assistant_id: assistantId,
      customer_id: 'user-456',
      title: 'Order Support',
      locale: 'en',
      status: 'active',
    })
    conversationId = String(conversation['id'])
  })

  it('send a message into the conversation', async () => {
    const answer = await samples.curl('send-conversation-message', { '${CONVERSATION_ID}': conversationId })
    const data = dataOf(answer, 200)
    expect(data).toMatchObject({
      sender: 'assistant',
      content: text,
      user_message: { content: 'Can you help me track my order?', metadata: { order_id: '12345' } },
    })
    expect(data['assistant_message']).toMatchObject({ id: data['id'], content: data['content'] })
  })

  it('tell of a user, and of the same user again', async () => {
    const first = dataOf(await samples.curl('create-context'), 201)
    expect(first).toMatchObject({
      user_reference: 'user-456',
      traits: {
        name: 'John Doe',
        email: 'john@example.com',
        subscription_tier: 'premium',
        preferences: { language: 'en', notifications: true },
      },
    })
    const again = dataOf(await samples.curl('create-context'), 200)
    expect(again).toMatchObject({ id: first['id'], traits: first['traits'] })
  })

  it('upload a file', async () => {
    expect(dataOf(await samples.curl('upload-file'), 202)).toMatchObject({
      type: 'file',
      title: 'Product Manual',
      status: expect.stringMatching(/^(pending|processing|ready)$/) as string,
    })
  })

  it('add a pair', async () => {
    expect(dataOf(await samples.curl('add-qa'), 201)).toMatchObject({
      type: 'qa',
      question: 'What are your business hours?',
      answer: 'We are open Monday to Friday, 9 AM to 6 PM EST.',
      tags: ['hours', 'support'],
    })
  })

  it('get a widget token, without an envelope', async () => {
    const { status, body } = await samples.curl('widget-token')
    expect(status).toBe(200)
    expect(body).toEqual({
      token: expect.stringMatching(/^eyJ/) as string,
      expires_in: 3600,
      token_type: 'Bearer',
    })
  })
})

describe('the use cases of the reference', () => {
  it('a chatbot for customer support: token, session, message', async () => {
    const shown = await samples.script(
      'support-chatbot',
      '',
      'console.log(JSON.stringify({ token, session, result }))',
      { 'assistant-uuid': assistantId, ...UNESCAPED },
    )
    expect(shown).toMatchObject({
      token: expect.stringMatching(/^eyJ/) as string,
      session: { status: 'success', status_code: 201, data: { metadata: { source: 'support_widget' } } },
      result: {
        status: 'success',
        data: {
          user_message: { content: "J'ai besoin d'aide avec ma commande" },
          assistant_message: { content: text },
        },
      },
    })
  })

  it('an assistant that knows its customers: context, conversation, message', async () => {
    const shown = await samples.script(
      'product-assistant',
      '',
      'console.log(JSON.stringify({ conversation, result }))',
      { 'assistant-uuid': assistantId },
    )
    const contexts = dataOf(
      await appliance.call('GET', '/contexts/?user_reference=user-123', undefined, keys),
      200,
    )
    const [context] = contexts['contexts'] as Data[]
    expect(context?.['traits']).toEqual({
      name: 'Alice',
      purchase_history: ['laptop-1', 'mouse-2'],
      preferences: { category: 'electronics' },
    })
    expect(shown).toMatchObject({
      conversation: {
        status_code: 201,
        data: { customer_id: 'user-123', user_context_id: context?.['id'], title: 'Product Recommendations' },
      },
      result: { status_code: 200, data: { sender: 'assistant', content: text } },
    })
    expect(retriever.asked).toContain('Quel ordinateur portable recommandez-vous ?')
  })

  it('a system that manages knowledge: file, pair, web page', async () => {
    const shown = await samples.script(
      'knowledge-system',
      "const pdfFile = new File(['%PDF-1.4 of nothing'], 'manual.pdf', { type: 'application/pdf' })",
      'console.log(JSON.stringify({ fileUpload, faq, webContent }))',
    )
    expect(shown).toMatchObject({
      fileUpload: { status_code: 202, data: { type: 'file', title: 'User Manual v2.0' } },
      faq: {
        status_code: 201,
        data: {
          type: 'qa',
          question: 'Comment réinitialiser mon mot de passe ?',
          tags: ['password', 'security'],
          source: 'manual',
        },
      },
      webContent: {
        status_code: 202,
        data: {
          type: 'url',
          url: 'https://example.tech/blog/new-features',
          title: 'Annonce des nouvelles fonctionnalités',
        },
      },
    })
  })

  it('opens a session without a slash at the end of the path', async () => {
    const token = (await samples.curl('widget-token')).body as { token: string }
    const shown = await samples.script(
      'open-session',
      `const token = ${JSON.stringify(token.token)}\nconst response = await`,
      'console.log(JSON.stringify({ url: response.url, redirected: response.redirected, body: await response.json() }))',
      { ASSISTANT_UUID: assistantId },
    )
    expect(shown).toMatchObject({
      url: `${appliance.origin}/api/v1/sessions`,
      redirected: false,
      body: { status_code: 201, data: { assistant_id: assistantId } },
    })
  })
})
