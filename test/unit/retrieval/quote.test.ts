import { describe, expect, it } from 'vitest'
import { readQuestion } from '#src/retrieval/question.js'
import { chooseQuotes, MAX_CHARACTERS } from '#src/retrieval/quote.js'
import type { Hit } from '#src/retrieval/retriever.js'
import { candidatesOf, scoreOf } from '#src/retrieval/sentence-score.js'

const statistics = { passages: 20, frequency: () => 1 }

function hit(text: string, more: Partial<Hit> = {}): Hit {
  return {
    passageId: text.slice(0, 12),
    sourceId: 'source',
    type: 'file',
    kind: 'body',
    title: 'Manual',
    text,
    page: 1,
    section: null,
    startOffset: 0,
    endOffset: text.length,
    url: null,
    language: 'en',
    score: 1,
    lexicalScore: 1,
    vectorScore: 0.5,
    ...more,
  }
}

function quotes(question: string, hits: Hit[], language = 'en') {
  const read = readQuestion(question, language, statistics)
  const candidates = candidatesOf(read, hits)
  for (const candidate of candidates) candidate.score = scoreOf(candidate.features, false)
  return chooseQuotes(read, candidates)
}

const said = (question: string, hits: Hit[], language = 'en') =>
  quotes(question, hits, language).map((q) => q.text)

describe('chooseQuotes', () => {
  it('quotes the sentence that answers, literally', () => {
    const passage = hit('The tank is blue. The warranty lasts two years. Call us on Monday.')
    const [quote] = quotes('How long does the warranty last?', [passage])
    expect(quote?.text).toContain('The warranty lasts two years.')
    expect(passage.text.slice(quote?.start, quote?.end)).toBe(quote?.text)
  })

  it('takes the sentence before one that opens with a pronoun', () => {
    const passage = hit('Marie Curie was born in Warsaw. She discovered polonium and radium in 1898.')
    expect(said('Who discovered polonium and radium?', [passage])).toEqual([passage.text])
  })

  it('never quotes a heading, however it is written', () => {
    const faq = hit(
      'How do I return a parcel?\nPrint the label in your account. Bring the parcel to any shop.',
    )
    expect(said('How do I return a parcel?', [faq]).join(' ')).not.toContain('How do I')
    const shouted = hit('Return your parcel!\nPrint the label in your account.', {
      section: 'Help › Return your parcel!',
    })
    expect(said('How do I return a parcel?', [shouted])).toEqual(['Print the label in your account.'])
  })

  it('does not say the same again in another language', () => {
    const english = hit('The port is changed with the variable PORT.')
    const french = hit('Le port se change avec la variable PORT.', { language: 'fr' })
    expect(said('How is the port changed with the variable PORT?', [english, french])).toEqual([english.text])
  })

  it('does so in French, but not for an impersonal "il"', () => {
    const leaning = hit('Le filtre retient le calcaire. Il se nettoie tous les mois.', { language: 'fr' })
    expect(said('Quand se nettoie le filtre tous les mois ?', [leaning], 'fr')[0]).toContain(
      'Le filtre retient',
    )
    const impersonal = hit('Xyz abc def. Il faut détartrer la machine.', { language: 'fr' })
    expect(said('Faut-il détartrer la machine ?', [impersonal], 'fr')[0]).not.toContain('Xyz')
  })

  it('never quotes a heading by itself', () => {
    const passage = hit('Warranty claims\nSend the receipt to our service desk.')
    for (const text of said('warranty claims', [passage])) expect(text).not.toBe('Warranty claims')
  })

  it('takes the items with the line that leads in to them', () => {
    const passage = hit('To descale the machine:\n1. Empty the tank.\n2. Add descaler.\n3. Press Clean.')
    expect(said('How do I descale the machine?', [passage])).toEqual([passage.text])
  })

  it('cuts a sentence that is too long at clauses, keeping the part that answers', () => {
    const clause = (word: string) =>
      `the ${word} part of this very long sentence goes on about ${word} things`
    const words = ['alpha', 'beta', 'gamma', 'delta', 'epsilon', 'zeta', 'eta', 'theta', 'warranty']
    const passage = hit(`${words.map(clause).join('; ')}.`)
    const [quote] = quotes('What about the warranty?', [passage])
    expect(quote?.text.length).toBeLessThanOrEqual(MAX_CHARACTERS)
    expect(quote?.text).toContain('warranty')
    expect(passage.text).toContain(quote?.text)
  })

  it('keeps to three sentences, 400 characters and two passages', () => {
    const text = (n: number) =>
      `Return number ${String(n)} of the product is free. The product return takes days. Return the product by post.`
    const chosen = quotes(
      'How do I return the product?',
      [1, 2, 3, 4].map((n) => hit(text(n))),
    )
    expect(chosen.reduce((sum, quote) => sum + quote.text.length, 0)).toBeLessThanOrEqual(400)
    expect(new Set(chosen.map((quote) => quote.hit)).size).toBeLessThanOrEqual(2)
    expect(chosen.flatMap((quote) => quote.text.match(/\./gu) ?? []).length).toBeLessThanOrEqual(3)
  })

  it('has nothing to quote where nothing was found', () => {
    expect(quotes('Anything?', [])).toEqual([])
  })
})
