import type { Evidence, Hit, Retriever } from '#src/retrieval/retriever.js'

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

/** What a scripted search knows about the printer; change what a test is about. */
export function evidence(changes: Partial<Evidence> = {}): Evidence {
  const quote = 'The printer resets when you hold the green button.'
  return {
    language: 'en',
    hits: [HIT],
    match: null,
    quotes: [{ hit: HIT, text: quote, start: 0, end: quote.length }],
    coverage: 1,
    cosine: 0.8,
    confidence: 0.9,
    threshold: 0.5,
    ...changes,
  }
}

/** A retriever that says what it is told to, after what it is told to wait for. */
export function scriptedRetriever(
  script: {
    evidence?: (question: string, signal?: AbortSignal) => Promise<Evidence> | Evidence
    hits?: Hit[]
  } = {},
): Retriever & { asked: string[] } {
  const asked: string[] = []
  return {
    asked,
    ready: () => Promise.resolve(),
    search: (_scope, _query, limit) => Promise.resolve((script.hits ?? [HIT]).slice(0, limit)),
    evidence: async (_scope, question, signal) => {
      asked.push(question)
      return script.evidence === undefined ? evidence() : script.evidence(question, signal)
    },
    close: () => Promise.resolve(),
  }
}
