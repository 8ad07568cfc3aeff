import type { AnswerMode, ReplyMode } from './wire.js'

/** The languages the page speaks. */
export type Language = 'en' | 'fr'

/** Every sentence of the page. A language that misses one does not compile. */
export interface Words {
  /** The other language, in its own words, and its code. */
  otherLanguage: { code: Language; name: string }
  title: string
  promise: string
  skipToQuestion: string
  conversation: string
  startOver: string
  startOverShort: string
  examplesLabel: string
  examples: readonly string[]
  noAssistant: string
  unreachable: string
  operatorExpired: string
  tryAgain: string
  loading: string

  askLabel: string
  askPlaceholder: string
  send: string
  stop: string
  keys: string
  dropHere: string

  you: string
  searching: string
  reading: (passages: number) => string
  writing: string
  queued: (position: number, wait: string | null) => string
  stopped: string
  interrupted: string
  failed: string
  busy: (seconds: number | null) => string
  retryIn: (seconds: number) => string
  newTalk: string

  modes: Readonly<Record<ReplyMode, { name: string; meaning: string }>>
  sources: string
  nearest: string
  pageNumber: (page: string) => string
  storedAnswer: string
  firstWord: (time: string) => string
  total: (time: string) => string

  howReplies: string
  answerModes: Readonly<Record<AnswerMode, { name: string; meaning: string }>>
  desk: string
  close: string
  documents: string
  dropTitle: string
  dropHint: (limit: string | null) => string
  choose: string
  noDocuments: string
  guides: (count: string) => string
  sending: string
  stages: Readonly<Record<'extract' | 'chunk' | 'embed' | 'index', string>>
  waiting: string
  removing: string
  ready: string
  notRead: string
  pagesOf: (done: string, all: string) => string
  passagesOf: (done: string, all: string) => string
  pages: (count: number, shown: string) => string
  passages: (count: number, shown: string) => string
  more: (count: string) => string
  askAbout: string
  askAboutDocument: (title: string) => string
  remove: string
  removeDocument: (title: string) => string
  removeQuestion: string
  keep: string
  dismiss: string
  refused: string
  tooLarge: (limit: string) => string

  local: string
  version: (version: string) => string
  reference: string
}
