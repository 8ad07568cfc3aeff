/** A part of the introduction: prose with code between backticks, a code block, or terms and their meanings. */
export type Block =
  | { text: string }
  | { code: string; language: 'json' | 'sh' | 'js' }
  | { terms: readonly (readonly [term: string, meaning: string])[] }

/** A section of the introduction; its id is the same in every language, and begins with `guide-`. */
export interface GuideSection {
  title: string
  blocks: readonly Block[]
}

/** What of the introduction there is in every language. */
export const GUIDE_SECTIONS = [
  'guide-address',
  'guide-credentials',
  'guide-envelope',
  'guide-errors',
  'guide-lists',
  'guide-streaming',
  'guide-idempotency',
  'guide-limits',
  'guide-browsers',
] as const
export type GuideId = (typeof GUIDE_SECTIONS)[number]

/** The introduction. `address` is where the API of this appliance begins. */
export interface Guide {
  title: string
  lead: string
  sections: (address: string) => Readonly<Record<GuideId, GuideSection>>
}

/** What a success looks like, in every language. */
export const SUCCESS = `{
  "status": "success",
  "status_code": 200,
  "detail": null,
  "data": {}
}`

/** What a refusal looks like, in every language. */
export const REFUSAL = `{
  "status": "error",
  "status_code": 422,
  "detail": "content is required.",
  "code": "invalid_input",
  "data": {
    "errors": [{ "path": "content", "message": "is required" }]
  }
}`

/** How a streamed reply arrives, in every language. */
export const STREAM = `data: {"type":"sources","sources":[…]}

data: {"type":"token","text":"We are open "}

data: {"type":"token","text":"Monday to Friday."}

data: {"type":"done","data":{…}}`
