import { describe, expect, it } from 'vitest'
import { compareQuestions, matchPair } from '#src/retrieval/qa-match.js'
import { readQuestion } from '#src/retrieval/question.js'

const statistics = { passages: 20, frequency: () => 1 }

function pair(question: string, answer: string, cosine: number) {
  return { sourceId: question, passageId: question, question, answer, cosine }
}

function match(text: string, pairs: ReturnType<typeof pair>[], language = 'en') {
  const asked = readQuestion(text, language, statistics)
  return matchPair(asked, compareQuestions(asked, pairs, language === 'en'))
}

describe('matchPair', () => {
  const reset = pair('How do I reset my password?', 'Click "Forgot password".', 0.9)

  it('serves the pair that asks the same, with its lead over the next one', () => {
    const found = match('how can I reset my password', [pair('How do I pay?', 'By card.', 0.2), reset])
    expect(found).toMatchObject({ sourceId: reset.sourceId, answer: reset.answer, score: 0.9 })
    expect(found?.margin).toBeCloseTo(0.7)
  })

  it('serves nothing when another answer is about as likely', () => {
    const rival = pair('How can I reset my password safely?', 'Ask your administrator.', 0.89)
    expect(match('reset password how', [reset, rival])).toBeNull()
  })

  it('is not held back by a duplicate with the same answer', () => {
    const twin = pair('How can I reset the password?', 'click "forgot password"', 0.9)
    expect(match('how can I reset my password', [reset, twin])?.answer).toMatch(/forgot password/iu)
  })

  it('serves an identical question whatever its accents, case and punctuation', () => {
    const stored = pair('Où êtes-vous situés ?', 'À Lyon.', 0.1)
    expect(match('ou etes vous situes', [stored], 'fr')?.answer).toBe('À Lyon.')
  })

  it('serves nothing that only looks alike', () => {
    const enable = pair('How do I enable the alarm?', 'Press On.', 0.95)
    expect(match('How do I disable the alarm?', [enable])).toBeNull()
    expect(match('How do I reset my password?', [pair('How do I pay?', 'By card.', 0.3)])).toBeNull()
    expect(match('Anything?', [])).toBeNull()
  })

  it('serves nothing where the visitor names another thing', () => {
    const free = pair('How many people can share the Free plan?', 'Three people share the Free plan.', 0.93)
    expect(match('How many people can share the Business plan?', [free])).toBeNull()
    expect(match('How many people may share the Free plan?', [free])).not.toBeNull()
  })

  it('matches nearly the same words where the embedder is blind, and no more', () => {
    const hours = pair("Quels sont vos horaires d'ouverture ?", 'De 9 h à 18 h.', 0.8)
    expect(match("vos horaires d'ouverture ?", [hours], 'fr')?.answer).toBe('De 9 h à 18 h.')
    expect(match('Quels sont vos tarifs ?', [{ ...hours, cosine: 0.9 }], 'fr')).toBeNull()
  })
})
