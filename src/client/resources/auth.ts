import type * as operations from '../../contract/operations/auth.js'
import { Resource } from '../resource.js'
import type { CallOptions } from '../transport.js'
import type { Body, Data } from '../types.js'

/** Tokens for browsers. Whoever has a client id needs no call of this: tokens come and go by themselves. */
export class Auth extends Resource {
  /** @param options `embedOrigin`: the page that the widget stands in, where the browser's own `Origin` is another. */
  widgetToken(
    body: Body<typeof operations.createWidgetToken>,
    { embedOrigin, ...options }: CallOptions & { embedOrigin?: string } = {},
  ) {
    return this.transport.answer<Data<typeof operations.createWidgetToken>>({
      method: 'POST',
      path: '/api/v1/auth/widget-token',
      kind: 'flat',
      bare: true,
      body,
      headers: embedOrigin === undefined ? undefined : { 'X-Embed-Origin': embedOrigin },
      options,
    })
  }
}
