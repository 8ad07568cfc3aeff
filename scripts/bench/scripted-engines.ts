import type { Engines } from '../../src/app.js'
import type { Evidence, Hit } from '../../src/retrieval/retriever.js'

const HIT: Hit = {
  passageId: '11111111-1111-4111-8111-111111111111',
  sourceId: '22222222-2222-4222-8222-222222222222',
  type: 'file',
  kind: 'body',
  title: 'Printer manual',
  text: 'The printer resets when you hold the green button. Hold it for five seconds. It then beeps.',
  page: 4,
  section: 'Reset',
  startOffset: 100,
  endOffset: 190,
  url: null,
  language: 'en',
  score: 1,
  lexicalScore: 9,
  vectorScore: 0.8,
}

const QUOTE = 'The printer resets when you hold the green button.'

const EVIDENCE: Evidence = {
  language: 'en',
  hits: [HIT],
  match: null,
  quotes: [{ hit: HIT, text: QUOTE, start: 0, end: QUOTE.length }],
  coverage: 1,
  cosine: 0.8,
  confidence: 0.9,
  threshold: 0.5,
}

/** Search that knows one thing at once, a chat model that is never asked, and no processing: what is left is our own cost. */
export function scriptedEngines(): Engines {
  const nothing = () => Promise.resolve()
  return {
    chat: {
      status: () => ({ state: 'ready', model: 'scripted', device: 'cpu', pid: null, detail: null }),
      load: nothing,
      generate: () => Promise.reject(new Error('No reply of this measurement is written by a model.')),
      close: nothing,
    },
    retriever: {
      ready: nothing,
      search: (_scope, _query, limit) => Promise.resolve([HIT].slice(0, limit)),
      evidence: () => Promise.resolve(EVIDENCE),
      close: nothing,
    },
    ingest: { start: nothing, wake: () => undefined, indexQa: nothing, close: nothing },
    embeddingModel: 'scripted',
  }
}
