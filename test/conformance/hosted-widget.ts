import { expect } from 'vitest'
import { send, type Answer } from '../helpers/http.js'
import { expectFields } from './fields.js'

/** The page that the widget is embedded in. */
export const PAGE = 'https://shop.example'

type Fields = Record<string, unknown>

/**
 * Sends what a widget written for the hosted service sends, from a page of a web site: the same paths with and without a
 * slash, the same headers, fields that nobody here knows.
 */
export class HostedWidget {
  private token = ''

  constructor(
    readonly origin: string,
    private readonly clientId: string,
    private readonly page = PAGE,
  ) {}

  /** Asks for a token, as at every load of the page; `userToken` is what the page's own server signed. */
  async bootstrap(userToken?: string): Promise<this> {
    const answer = await send(`${this.origin}/api/v1/auth/widget-token`, {
      method: 'POST',
      headers: this.headers(),
      body: { client_id: this.clientId, ...(userToken !== undefined && { user_token: userToken }) },
    })
    expect(answer.status).toBe(200)
    expectFields(answer.body, 'token')
    expect(answer.body).toMatchObject({ expires_in: 3600, token_type: 'Bearer' })
    this.token = String(answer.body['token'])
    return this
  }

  /** The header of its token. */
  get authorization(): string {
    return `Bearer ${this.token}`
  }

  /** A request with its token, to a path from the root. */
  ask(
    method: string,
    path: string,
    body?: unknown,
    more: Record<string, string> = {},
    signal?: AbortSignal,
  ): Promise<Answer> {
    const headers = { ...this.headers(), authorization: this.authorization, ...more }
    return send(`${this.origin}${path}`, { method, headers, body, ...(signal && { signal }) })
  }

  /** Opens a session, and gives it. */
  async openSession(assistantId: unknown, more: Fields = {}): Promise<Fields> {
    const body = { assistant_id: assistantId, visitor_id: 'visitor-1', locale: 'en', metadata: {}, ...more }
    return dataOf(await this.ask('POST', '/api/v1/sessions/', body), 201)
  }

  /** Sends a message with everything that such a widget tells of its page and its user. */
  message(session: unknown, content: string, more: Record<string, string> = {}, signal?: AbortSignal) {
    return this.ask(
      'POST',
      `/api/v1/sessions/${String(session)}/messages`,
      messageBody(content),
      more,
      signal,
    )
  }

  /** What was said in a session. */
  async messages(session: unknown): Promise<Fields[]> {
    const answer = await this.ask('GET', `/api/v1/sessions/${String(session)}/messages`)
    return dataOf(answer, 200)['messages'] as Fields[]
  }

  private headers(): Record<string, string> {
    return { origin: this.page, 'x-embed-origin': this.page, 'x-widget-loader-version': '2.4.1' }
  }
}

/** The body of a message. */
export function messageBody(content: string): Fields {
  return {
    content,
    locale: 'en',
    metadata: { source: 'widget' },
    page_context: {
      url: `${PAGE}/cart?step=2`,
      pathname: '/cart',
      title: 'Your cart',
      referrer: 'https://search.example/',
      viewport: { width: 1280, height: 720 },
    },
    user_context: {
      userId: 'customer-7',
      email: 'ada@example.com',
      name: 'Ada',
      metadata: { plan: 'gold' },
      roles: ['buyer'],
    },
    sender: 'user',
    widget_instance: 'main',
    client_sent_at: 1_764_000_000_000,
  }
}

/** `data` of a success in its envelope, and nothing beside it. */
export function dataOf(answer: Answer, status: 200 | 201 | 202): Fields {
  expect({ status: answer.status, body: answer.body }).toMatchObject({
    status,
    body: { status: 'success', status_code: status, detail: null },
  })
  expectFields(answer.body, 'success')
  return answer.body['data'] as Fields
}

/** Holds an answer to the envelope of a refusal: status, one sentence, and a name for programs. */
export function expectRefusal(answer: Answer, status: number, code?: string): void {
  expectFields(answer.body, 'failure')
  expect({ status: answer.status, body: answer.body }).toMatchObject({
    status,
    body: { status: 'error', status_code: status, detail: expect.stringMatching(/\S/) as string },
  })
  if (code !== undefined) expect(answer.body['code']).toBe(code)
}
