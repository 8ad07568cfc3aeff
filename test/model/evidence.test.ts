import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadEmbedder, type Embedder } from '#src/retrieval/embedder.js'
import { buildEvidence } from '#src/retrieval/evidence.js'
import { detectLanguage } from '#src/retrieval/language.js'
import type { Evidence, Hit } from '#src/retrieval/retriever.js'
import { DOCUMENTS, PAIRS } from '../fixtures/support-desk.js'

let embedder: Embedder
const desk: { hit: Hit; vector: Float32Array }[] = []

beforeAll(async () => {
  embedder = await loadEmbedder({ directory: join(import.meta.dirname, '../../models/all-MiniLM-L6-v2') })
  const hits = [
    ...PAIRS.flatMap(([question, answer], at) => {
      const pair = { sourceId: `pair-${String(at)}`, type: 'qa' as const, title: question }
      return [
        hitOf({ ...pair, passageId: `question-${String(at)}`, kind: 'question', text: question }),
        hitOf({ ...pair, passageId: `answer-${String(at)}`, kind: 'answer', text: answer }),
      ]
    }),
    ...DOCUMENTS.map(([title, text], at) => hitOf({ passageId: `document-${String(at)}`, title, text })),
  ]
  const vectors = await embedder.embed(
    hits.map(({ kind, title, text }) => (kind === 'question' ? text : `${title} ${text}`)),
    'passage',
  )
  for (const [at, hit] of hits.entries()) desk.push({ hit, vector: vectors[at] ?? new Float32Array() })
})

afterAll(() => embedder.dispose())

function hitOf(part: Partial<Hit> & Pick<Hit, 'passageId' | 'title' | 'text'>): Hit {
  const place = { page: null, section: null, startOffset: 0, endOffset: part.text.length, url: null }
  const scores = { score: 0, lexicalScore: 0, vectorScore: 0 }
  const what = { sourceId: part.passageId, type: 'file' as const, kind: 'body' as const }
  return { ...what, ...place, ...scores, language: detectLanguage(part.text), ...part }
}

/** Evidence from every passage there is: the choice among them is what is tested. */
async function evidenceFor(question: string): Promise<Evidence> {
  const [vector = new Float32Array()] = await embedder.embed([question], 'query')
  const near = desk.map(({ hit, vector: other }) => {
    const cosine = other.reduce((sum, value, at) => sum + value * (vector[at] ?? 0), 0)
    return { ...hit, score: cosine, vectorScore: cosine }
  })
  const answers = new Map(near.filter(({ kind }) => kind === 'answer').map((hit) => [hit.sourceId, hit]))
  const pairs = near.flatMap((hit) => {
    const answerHit = answers.get(hit.sourceId)
    if (hit.kind !== 'question' || !answerHit) return []
    const { sourceId, passageId, text, vectorScore } = hit
    return [{ sourceId, passageId, question: text, answer: answerHit.text, cosine: vectorScore, answerHit }]
  })
  const best = near.toSorted((a, b) => b.score - a.score).slice(0, 8)
  const language = detectLanguage(question)
  return buildEvidence({
    question,
    language,
    hits: best,
    pairs: pairs.toSorted((a, b) => b.cosine - a.cosine).slice(0, 8),
    questionEmbedding: vector,
    embed: (texts) => embedder.embed(texts, 'passage'),
    statistics: { passages: desk.length, frequency: () => 1 },
    sighted: embedder.reads(language),
  })
}

describe('evidence on a small support desk', () => {
  it.each([
    ['What are your business hours?', 'Monday to Friday'],
    ['how can I reset my password', 'Forgot password'],
    ['what does E42 mean', 'water tank is empty'],
    ["vos horaires d'ouverture ?", 'lundi au vendredi'],
    ['comment réinitialiser le mot de passe', 'Mot de passe oublié'],
  ])('serves the stored answer to "%s"', async (question, answer) => {
    expect((await evidenceFor(question)).match?.answer).toContain(answer)
  })

  it.each([
    'how do I disable two-factor authentication?',
    'What does error E43 mean?',
    'where is your London office?',
    'que signifie E18 ?',
    'Où est votre magasin à Marseille ?',
  ])('does not serve the answer of the pair next door to "%s"', async (question) => {
    expect((await evidenceFor(question)).match).toBeNull()
  })

  it.each([
    ['Can I send a product back?', '30 days'],
    ['can I use the coffee machine outdoors?', 'must not be used outdoors'],
    ['how do I descale the machine?', 'Empty the water tank'],
    ['puis-je payer par virement ?', 'virement'],
    ['le voyant est rouge, que faire ?', 'redémarrez le routeur'],
  ])('quotes what answers "%s"', async (question, quoted) => {
    const { quotes, confidence, threshold } = await evidenceFor(question)
    expect(quotes.map(({ text }) => text).join('\n')).toContain(quoted)
    expect(confidence).toBeGreaterThanOrEqual(threshold)
    for (const { hit, text, start, end } of quotes) expect(hit.text.slice(start, end)).toBe(text)
  })

  it.each([
    'Who is the president of France?',
    'Do you sell gift cards?',
    'How do I install Windows?',
    'Quelle est la capitale du Japon ?',
    'Avez-vous un programme de fidélité ?',
    'Comment faire une tarte aux pommes ?',
  ])('is not sure of "%s"', async (question) => {
    const { match, confidence, threshold } = await evidenceFor(question)
    expect(match).toBeNull()
    expect(confidence).toBeLessThan(threshold)
  })
})
