import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { send } from '../helpers/http.js'
import { RealAppliance } from '../helpers/real-appliance.js'
import { followed } from '../helpers/real-desk.js'
import { SAFETY_PDF } from '../helpers/real-documents.js'
import { ReferenceSamples } from '../helpers/reference-samples.js'

const REFERENCE_ASSISTANT = '550e8400-e29b-41d4-a716-446655440000'

let appliance: RealAppliance
let samples: ReferenceSamples
let assistantId = REFERENCE_ASSISTANT
let sessionId = ''

beforeAll(async () => {
  appliance = await RealAppliance.start({
    credentials: { clientId: 'YOUR_CLIENT_ID', clientSecret: 'YOUR_CLIENT_SECRET' },
  })
  samples = new ReferenceSamples(appliance.origin, appliance.dataDir)
  await writeFile(join(appliance.dataDir, 'product_manual.pdf'), SAFETY_PDF)
})

afterAll(() => appliance.stop())

/** A command of the reference; only host and ids are put in. */
function sample(name: string) {
  return samples.curl(name, { [REFERENCE_ASSISTANT]: assistantId, '${SESSION_ID}': sessionId })
}

/** `data` of an answer that is expected to be this much of a success. */
function dataOf({ status, body }: { status: number; body: unknown }, expected: number) {
  expect({ status, body }).toMatchObject({
    status: expected,
    body: { status: 'success', status_code: expected, detail: null },
  })
  return (body as { data: Record<string, unknown> }).data
}

describe('the reference’s own samples', () => {
  it('creates an assistant', async () => {
    const answer = await sample('create-assistant')
    const created = dataOf(answer, 201)
    expect(created).toMatchObject({ name: 'Customer Support Bot', tone: 'professional', is_active: true })
    assistantId = created['id'] as string
  })

  it('lists the assistants', async () => {
    const answer = await sample('list-assistants')
    const { assistants, agents } = dataOf(answer, 200)
    expect(assistants).toEqual(expect.arrayContaining([expect.objectContaining({ id: assistantId })]))
    expect(agents).toBeUndefined()
  })

  it('creates a session', async () => {
    const answer = await sample('create-session')
    const { id, session_id: same } = dataOf(answer, 201)
    expect(same).toBe(id)
    sessionId = id as string
  })

  it('sends a message into the session', async () => {
    const answer = await sample('send-session-message')
    expect(dataOf(answer, 200)).toMatchObject({
      session_id: sessionId,
      user_message: { sender: 'user', content: 'Hello, I need help with my order' },
      assistant_message: { sender: 'assistant', content: expect.stringMatching(/\p{L}/u) as string },
    })
  })

  it('uploads a knowledge file', async () => {
    const answer = await sample('upload-file')
    const { id } = dataOf(answer, 202)
    const { source } = await followed(appliance, id as string)
    expect(source).toMatchObject({ title: 'Product Manual', type: 'file', pages: 2 })
  })

  it('adds a pair and answers with it', async () => {
    const answer = await sample('add-qa')
    expect(dataOf(answer, 201)).toMatchObject({ type: 'qa', status: 'ready', tags: ['hours', 'support'] })
  })

  it('serves a widget: token, session and message', async () => {
    const token = await sample('widget-token')
    expect(token).toMatchObject({ status: 200, body: { expires_in: 3600, token_type: 'Bearer' } })
    const bearer = (token.body as { token: string }).token

    const headers = { Authorization: `Bearer ${bearer}`, 'Content-Type': 'application/json' }
    const session = await send(`${appliance.origin}/api/v1/sessions`, {
      method: 'POST',
      headers,
      raw: JSON.stringify({ assistant_id: assistantId }),
    })
    const { id } = dataOf(session, 201) as { id: string }
    const reply = await send(`${appliance.origin}/api/v1/sessions/${id}/messages`, {
      method: 'POST',
      headers,
      raw: JSON.stringify({ content: 'What are your business hours?', metadata: { user_type: 'customer' } }),
    })
    expect(dataOf(reply, 200)['assistant_message']).toMatchObject({
      content: 'We are open Monday to Friday, 9 AM to 6 PM EST.',
      metadata: { answer_mode: 'verbatim' },
    })
  })
})
