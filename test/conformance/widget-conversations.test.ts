import jwt from 'jsonwebtoken'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { CREDENTIALS, startAppliance, type Appliance } from '../helpers/appliance.js'
import { data } from '../helpers/http.js'
import { scriptedChat } from '../helpers/scripted-chat.js'
import { expectFields } from './fields.js'
import { dataOf, expectRefusal, HostedWidget, messageBody } from './hosted-widget.js'

const CUSTOMER = 'customer-7'

const chat = scriptedChat(['Hold it for five ', 'seconds. It then beeps.'])
let appliance: Appliance
let widget: HostedWidget
let assistantId: unknown
beforeAll(async () => {
  appliance = await startAppliance({ engines: { chat }, env: { RATE_LIMIT_PER_HOUR: '0' } })
  assistantId = data(await appliance.call('POST', '/assistants/', { name: 'Desk' }))['id']
  widget = await new HostedWidget(appliance.origin, CREDENTIALS.clientId).bootstrap()
})
afterAll(() => appliance.stop())

type Fields = Record<string, unknown>

/** What the web site's own server signs for a customer who has logged in. */
function userToken(customer = CUSTOMER, secret = CREDENTIALS.clientSecret): string {
  return jwt.sign({ sub: customer }, secret, { algorithm: 'HS256', expiresIn: 600 })
}

async function begin(by: HostedWidget, more: Fields = {}): Promise<Fields> {
  const body = { assistant_id: assistantId, customer_id: CUSTOMER, title: 'Order', ...more }
  const conversation = dataOf(await by.ask('POST', '/api/v1/conversations/', body), 201)
  expectFields(conversation, 'conversation')
  return conversation
}

it('is begun, talked in, read and rated by the widget that began it', async () => {
  const conversation = await begin(widget, { agent_version: 3 })
  expect(conversation).toMatchObject({ customer_id: CUSTOMER, title: 'Order', status: 'active' })
  const path = `/api/v1/conversations/${String(conversation['id'])}`
  expect(dataOf(await widget.ask('GET', path), 200)['id']).toBe(conversation['id'])

  const sent = dataOf(await widget.ask('POST', `${path}/messages`, messageBody('How?')), 200)
  expectFields(sent, 'conversationExchange')
  expect(sent).toMatchObject({ sender: 'assistant', conversation_id: conversation['id'] })
  expect(sent['assistant_message']).toMatchObject({ id: sent['id'], content: sent['content'] })
  expect(sent['user_message']).toMatchObject({ sender: 'user', content: 'How?' })

  const list = dataOf(await widget.ask('GET', `${path}/messages`), 200)
  expect(list['messages']).toEqual([sent['user_message'], sent['assistant_message']])
  const rating = { feedback_type: 'thumbs_down' }
  const rated = await widget.ask('POST', `/api/v1/message/${String(sent['id'])}/feedback`, rating)
  expect(dataOf(rated, 201)).toMatchObject({ feedback_type: 'thumbs_down' })
})

it('is listed for keys by customer, assistant and status, and for nobody’s token', async () => {
  await begin(widget, { customer_id: 'customer-of-a-list' })
  const query = '?customer_id=customer-of-a-list'
  expectRefusal(await widget.ask('GET', `/api/v1/conversations/${query}`), 403)
  expectRefusal(await widget.ask('GET', '/api/v1/conversations/'), 403)
  const listed = async (more: string) =>
    data(await appliance.call('GET', `/conversations/${query}${more}`))['conversations'] as Fields[]
  const [only, ...others] = await listed('')
  expect(others).toEqual([])
  expectFields(only, 'conversation')
  expect(await listed(`&assistant_id=${String(assistantId)}&status=active`)).toEqual([only])
  expect(await listed('&status=closed')).toEqual([])
  expect(await listed('&assistant_id=00000000-0000-4000-8000-000000000000')).toEqual([])
})

it('is listed for the customer whom the web site’s server has vouched for', async () => {
  const theirs = await new HostedWidget(appliance.origin, CREDENTIALS.clientId).bootstrap(userToken())
  const begun = await begin(theirs)
  for (const path of ['/api/v1/conversations/', `/api/v1/conversations?customer_id=${CUSTOMER}`]) {
    const { conversations } = dataOf(await theirs.ask('GET', path), 200) as { conversations: Fields[] }
    expect(conversations.map(({ id }) => id)).toContain(begun['id'])
    expect(conversations.map(({ customer_id }) => customer_id)).toEqual(conversations.map(() => CUSTOMER))
  }
  expectRefusal(await theirs.ask('GET', '/api/v1/conversations/?customer_id=somebody-else'), 403)
})

it('is listed for nobody who signs for themselves', async () => {
  const forged = userToken(CUSTOMER, 'not-the-secret-of-the-client')
  const answer = await widget.ask('POST', '/api/v1/auth/widget-token', {
    client_id: CREDENTIALS.clientId,
    user_token: forged,
  })
  expectRefusal(answer, 401)
})

it('is out of reach for a widget of another client', async () => {
  const conversation = await begin(widget)
  await appliance.call('POST', '/keys/', { name: 'Another site' })
  const keys = data(await appliance.call('GET', '/keys/'))['keys'] as Fields[]
  const other = keys.find(({ name }) => name === 'Another site')?.['client_id']
  const stranger = await new HostedWidget(appliance.origin, String(other)).bootstrap()
  const path = `/api/v1/conversations/${String(conversation['id'])}`
  expectRefusal(await stranger.ask('GET', path), 403)
  expectRefusal(await stranger.ask('GET', `${path}/messages`), 403)
  expectRefusal(await stranger.ask('POST', `${path}/messages`, { content: 'How?' }), 403)
})

it('takes no more messages once it is closed', async () => {
  const path = `/api/v1/conversations/${String((await begin(widget))['id'])}`
  const closed = await appliance.call('PATCH', path.replace('/api/v1', ''), { status: 'closed' })
  expect(dataOf(closed, 200)).toMatchObject({ status: 'closed' })
  expectRefusal(await widget.ask('POST', `${path}/messages`, { content: 'How?' }), 409)
  expect(dataOf(await widget.ask('GET', path), 200)).toMatchObject({ status: 'closed' })
})

it('belongs to a session where it was not begun by itself, and is listed when that is asked for', async () => {
  const session = await widget.openSession(assistantId)
  const listed = async (query: string) => {
    const answer = await appliance.call('GET', `/conversations/${query}`)
    return (data(answer)['conversations'] as Fields[]).map(({ id }) => id)
  }
  expect(await listed('')).not.toContain(session['conversation_id'])
  expect(await listed('?include=sessions')).toContain(session['conversation_id'])
})

it('is told of its user’s context, by the context’s name or by the customer’s', async () => {
  const composing = data(
    await appliance.call('POST', '/assistants/', { name: 'Writer', answer_mode: 'compose' }),
  )['id']
  const traits = { name: 'Ada', subscription_tier: 'premium' }
  const context = data(
    await appliance.call('POST', '/contexts/', { user_reference: 'user-with-context', traits }),
  )
  const ways = [
    { user_context_id: 'user-with-context' },
    { user_context_id: context['id'] },
    { customer_id: 'user-with-context' },
  ]
  for (const way of ways) {
    const made = await appliance.call('POST', '/conversations/', { assistant_id: composing, ...way })
    const conversation = dataOf(made, 201)
    expect(conversation['user_context_id'], JSON.stringify(way)).toBe(context['id'])
    const before = chat.prompts.length
    await appliance.call('POST', `/conversations/${String(conversation['id'])}/messages`, {
      content: 'How do I reset the printer?',
    })
    expect(chat.prompts).toHaveLength(before + 1)
    expect(JSON.stringify(chat.prompts.at(-1)), JSON.stringify(way)).toContain('premium')
  }
})
