import { REFUSAL, STREAM, SUCCESS, type Guide } from './guide.js'

export const guide: Guide = {
  title: 'Introduction',
  lead: 'Everything Guichet does, other programs can do over HTTP. This reference is served by the appliance itself and describes exactly what this version of it answers; nothing here is loaded from elsewhere.',
  sections: (address) => ({
    'guide-address': {
      title: 'Address',
      blocks: [
        { text: 'The API of this appliance begins at:' },
        { code: address, language: 'sh' },
        {
          text: 'Bodies are JSON in UTF-8, except uploads, which are multipart forms. Ids are UUIDs and times are ISO 8601 in UTC. Every path works with and without a slash at its end. Unknown fields of a body are ignored.',
        },
      ],
    },
    'guide-credentials': {
      title: 'Credentials',
      blocks: [
        { text: 'There are two kinds, for two places:' },
        {
          terms: [
            [
              'Client keys',
              'For servers: `X-API-Key` and `X-API-Secret`, always both. They may be narrowed to scopes and assistants. Never put them into a web page.',
            ],
            [
              'Widget token',
              'For browsers: `Authorization: Bearer …`. It is made from the public client id alone, lives for an hour, and may do only what a visitor needs.',
            ],
          ],
        },
        {
          code: `curl ${address}/auth/widget-token \\
  -H 'Content-Type: application/json' \\
  -d '{"client_id": "YOUR_CLIENT_ID"}'`,
          language: 'sh',
        },
      ],
    },
    'guide-envelope': {
      title: 'Successful answers',
      blocks: [
        {
          text: 'A success has its content in `data`. The few answers without this envelope, such as a widget token, are described where they occur.',
        },
        { code: SUCCESS, language: 'json' },
      ],
    },
    'guide-errors': {
      title: 'Errors',
      blocks: [
        {
          text: 'Every error has the same shape. `detail` is a sentence for a person, `code` a name for programs, and `data.errors` lists the wrong fields of a 422.',
        },
        { code: REFUSAL, language: 'json' },
        {
          text: 'An id of another organization answers 404, exactly like one that does not exist. Name the `X-Request-Id` of an answer when you report a problem: the log has it too.',
        },
      ],
    },
    'guide-lists': {
      title: 'Lists',
      blocks: [
        {
          text: 'Lists take `limit` (1 to 200) and `offset`. They answer with `total`, `limit` and `offset` beside the entries; the next page begins at `offset + limit`.',
        },
        { code: `${address}/assistants/?limit=50&offset=50`, language: 'sh' },
      ],
    },
    'guide-streaming': {
      title: 'Streaming',
      blocks: [
        {
          text: 'Send `Accept: text/event-stream` to receive a reply while it is written. Each frame is `data: `, one line of JSON, and an empty line. Ignore frames whose `type` you do not know. A stream that ends without `done` or `error` was interrupted.',
        },
        { code: STREAM, language: 'js' },
      ],
    },
    'guide-idempotency': {
      title: 'Repeating a request safely',
      blocks: [
        {
          text: 'Requests that create something heed an `Idempotency-Key` header where this reference says so. Choose a new key for each thing you want to create. The same key with the same request gives the first answer again, for a day, and creates nothing twice.',
        },
      ],
    },
    'guide-limits': {
      title: 'Rate limits',
      blocks: [
        { text: 'Requests are counted by organization and hour. Counted answers carry these headers:' },
        {
          terms: [
            ['X-RateLimit-Limit', 'Requests allowed per hour.'],
            ['X-RateLimit-Remaining', 'How many of them are left.'],
            ['X-RateLimit-Reset', 'When they are full again, in seconds since 1970.'],
            ['RateLimit, RateLimit-Policy', 'The same, as the IETF draft writes it.'],
            ['Retry-After', 'With 429 and 503: how many seconds to wait.'],
          ],
        },
      ],
    },
    'guide-browsers': {
      title: 'Browsers and CORS',
      blocks: [
        {
          text: 'Pages of any origin may call the API; preflight requests are answered. What protects it are credentials, which no browser adds by itself. A client can be tied to named sites: widget tokens are then given to those alone.',
        },
      ],
    },
  }),
}
