import { describe, expect, it } from 'vitest'
import { readQuestion } from '#src/retrieval/question.js'
import { rescore, type Rescorable } from '#src/retrieval/rescore.js'

const nothingKnown = { passages: 100, frequency: () => 1 }

function passage(key: string, text: string, rest: Partial<Rescorable<string>> = {}): Rescorable<string> {
  return { key, text, above: '', language: 'en', words: 0.3, cosine: 0.3, heading: 0, ...rest }
}

function order(asked: string, passages: Rescorable<string>[], { sighted = true, language = 'en' } = {}) {
  const merged = passages.map(({ key }) => ({ key, score: 1 }))
  const question = readQuestion(asked, language, nothingKnown)
  return rescore(question, passages, merged, sighted).map(({ key }) => key)
}

describe('rescore', () => {
  it('prefers the passage that meets more of the question', () => {
    const passages = [
      passage('part', 'The warranty covers the engine, and the engine only.'),
      passage('whole', 'The warranty of a battery lasts two years.'),
    ]
    expect(order('battery warranty', passages)[0]).toBe('whole')
  })

  it('prefers one sentence that says it all to the same words scattered over several', () => {
    const passages = [
      passage(
        'scattered',
        'Batteries are sold here. The weather was fine. A warranty lasts. Replacement is free.',
      ),
      passage('together', 'The weather was fine. A sale lasts. The warranty includes battery replacement.'),
    ]
    expect(order('battery replacement warranty', passages)[0]).toBe('together')
  })

  it('prefers neighbours that stay neighbours', () => {
    const passages = [
      passage('apart', 'The card that one opens a long and winding account with is a credit to its maker.'),
      passage('near', 'The maker of a long and winding account opens it with one credit card.'),
    ]
    expect(order('credit card', passages)[0]).toBe('near')
  })

  it('takes another form of a word, and one with a letter wrong, for the word in part', () => {
    const passages = [
      passage('other', 'Ce document parle de la cuisine espagnole.', { language: 'fr' }),
      passage('related', 'Ce document parle de la cuisine italienne.', { language: 'fr' }),
    ]
    expect(order('italie', passages, { language: 'fr' })[0]).toBe('related')
  })

  it('follows a heading that asks the same, only where the embedder reads the language', () => {
    const passages = [
      passage('words', 'Delete an account on the page of accounts.', { heading: 0.2, words: 0.5 }),
      passage('asked', 'Press the red button.', { heading: 0.95, words: 0.1, cosine: 0.5 }),
    ]
    const asked = 'how do I get rid of my account'
    expect(order(asked, passages)[0]).toBe('asked')
    expect(order(asked, passages, { sighted: false })[0]).toBe('words')
  })

  it('keeps what it did not look into behind, in its order, with scores that fall from 1', () => {
    const looked = [passage('a', 'Nothing of it.'), passage('b', 'Battery warranty.')]
    const merged = ['a', 'b', 'c', 'd'].map((key, at) => ({ key, score: 1 - at / 10 }))
    const ranked = rescore(readQuestion('battery warranty', 'en', nothingKnown), looked, merged, true)
    expect(ranked.map(({ key }) => key)).toEqual(['b', 'a', 'c', 'd'])
    expect(ranked[0]?.score).toBe(1)
    expect(ranked.map(({ score }) => score)).toEqual(
      ranked.map(({ score }) => score).toSorted((x, y) => y - x),
    )
    expect(ranked.every(({ score }) => score >= 0 && score <= 1)).toBe(true)
  })

  it('works on nothing, and on a question without a word', () => {
    expect(rescore(readQuestion('?', 'en', nothingKnown), [], [], true)).toEqual([])
    const [only] = rescore(readQuestion('?', 'en', nothingKnown), [passage('a', '')], [], true)
    expect(only?.key).toBe('a')
    expect(only?.score).toBe(1)
  })
})
