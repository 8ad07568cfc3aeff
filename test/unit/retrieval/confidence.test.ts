import { describe, expect, it } from 'vitest'
import { confidenceFeatures, confidenceOf, plausibility } from '#src/retrieval/confidence.js'
import { asksPrice, namesAmount } from '#src/retrieval/expected-answer.js'
import { readQuestion } from '#src/retrieval/question.js'
import type { Hit } from '#src/retrieval/retriever.js'

const statistics = { passages: 20, frequency: () => 1 }

function pair(question: string, answer: string, vectorScore = 0.6): Hit {
  return {
    passageId: question,
    sourceId: question,
    type: 'qa',
    kind: 'answer',
    title: question,
    text: answer,
    page: null,
    section: null,
    startOffset: 0,
    endOffset: answer.length,
    url: null,
    language: 'en',
    score: 1,
    lexicalScore: 1,
    vectorScore,
  }
}

const plausible = (question: string, hit: Hit) => plausibility(readQuestion(question, 'en', statistics), hit)

describe('plausibility', () => {
  const e42 = pair('What does error E42 mean?', 'The tank is empty. Fill it.')

  it('is full for what the passage speaks of', () => {
    expect(plausible('my screen says E42', e42)).toBe(1)
    expect(plausible('why is the tank empty', e42)).toBe(1)
  })

  it('is low for a code the passage does not have', () => {
    expect(plausible('What does error E43 mean?', e42)).toBeLessThan(0.5)
  })

  it('is low for a price where no amount is named', () => {
    const plan = pair('How do I cancel my plan?', 'Open Settings, then Cancel.')
    expect(plausible('How much does the plan cost?', plan)).toBeLessThan(0.5)
    expect(
      plausible('How much does the plan cost?', pair('What is the price?', 'It is 9,90 € a month.')),
    ).toBe(1)
  })

  it.each(['0', '-1', '42', '" OR 1=1 -- *', '?!', 'x x x'])(
    'is nothing for "%s", which asks nothing',
    (noise) => {
      expect(plausible(noise, e42)).toBe(0)
    },
  )
})

describe('prices', () => {
  it.each([
    'How much does it cost?',
    'What is the price of the box?',
    'combien coûte la livraison ?',
    "c'est combien la livraison en 24h ?",
    'Quel est le prix d’une vanne ?',
    'tarifs',
  ])('are asked for by "%s"', (question) => {
    expect(asksPrice(question)).toBe(true)
  })

  it.each(['How much water do I need?', 'Combien de temps dure la garantie ?', 'Can I pay by card?'])(
    'are not asked for by "%s"',
    (question) => {
      expect(asksPrice(question)).toBe(false)
    },
  )

  it.each(['It costs 24 euros.', '£5 a month', 'La livraison est offerte.', 'Breakfast is included.'])(
    'are named by "%s"',
    (text) => {
      expect(namesAmount(text)).toBe(true)
    },
  )

  it('are not named by other numbers', () => {
    expect(namesAmount('The link is valid for 30 minutes.')).toBe(false)
  })
})

describe('the confidence in a pair', () => {
  const question = readQuestion('Can somebody else use my account?', 'en', statistics)
  const others = [0.3, 0.28, 0.27, 0.25, 0.24].map((cosine, at) =>
    pair(`Other ${String(at)}`, 'Text.', cosine),
  )
  const confidence = (hits: Hit[]) => confidenceOf(confidenceFeatures(question, hits, []), true, 'pair')

  it('grows with how far it stands out', () => {
    const close = pair('Who may use the app?', 'Up to three people.', 0.6)
    const crowd = [0.58, 0.57, 0.56, 0.55, 0.54].map((cosine, at) =>
      pair(`Other ${String(at)}`, 'Text.', cosine),
    )
    expect(confidence([close, ...others])).toBeGreaterThan(confidence([close, ...crowd]))
  })

  it('does not suffer from being the only one', () => {
    const close = pair('Who may use the app?', 'Up to three people.', 0.6)
    expect(confidence([close])).toBeGreaterThan(confidence([pair('Other', 'Text.', 0.3), ...others]))
  })
})
