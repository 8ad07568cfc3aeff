import type { Guide } from './guide.js'

/** The languages the reference speaks. */
export type Language = 'en' | 'fr'

/** Every sentence of the interface. A language that misses one does not compile. */
export interface Words {
  /** The other language, in its own words, and its code. */
  other: { code: Language; name: string }
  title: string
  skip: string
  menu: string
  close: string
  page: string
  openApi: string
  version: (version: string) => string
  loading: string
  unreachable: string
  tryAgain: string
  unknown: (id: string) => string
  toGuide: string

  contents: string
  filter: string
  filterHint: string
  matches: (count: number) => string
  guide: Guide

  previous: string
  next: string
  access: string
  anybody: string
  anybodyMore: string
  keys: string
  token: string
  or: string
  scope: string
  alsoAt: string
  idempotent: string

  parameters: string
  places: Readonly<Record<'path' | 'query' | 'header', string>>
  body: string
  form: string
  bodyOptional: string
  required: string
  optional: string
  orNull: string
  listOf: (inner: string) => string
  mapOf: (inner: string) => string
  freeObject: string
  anything: string
  file: string
  characters: (least: string | null, most: string | null) => string
  entries: (least: string | null, most: string | null) => string
  range: (least: string | null, most: string | null) => string
  pattern: string
  fallback: string
  values: string
  always: string
  show: (count: number, inside: string) => string
  hide: (inside: string) => string

  answers: string
  envelope: string
  noData: string
  sameAs: (status: string) => string
  empty: string
  frames: string
  framesMeaning: string
  refusals: string
  refusalsMeaning: string
  anyStatus: string
  failureBody: string

  examples: string
  sampleAnswer: string
  copy: string
  copied: string
  stream: string

  tryIt: string
  tryItMeaning: string
  credentials: string
  credentialsMeaning: string
  clientId: string
  clientSecret: string
  widgetToken: string
  useKeys: string
  useToken: string
  getToken: string
  noToken: string
  showSecrets: string
  noneNeeded: string
  keysNeeded: string
  noJson: string
  reset: string
  unset: string
  send: string
  stop: string
  missing: (names: string) => string

  answer: string
  waiting: string
  ms: (ms: string) => string
  streaming: (count: number) => string
  streamed: (count: number) => string
  stopped: string
  broken: string
  headers: string
  cut: string
}
