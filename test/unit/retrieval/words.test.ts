import { describe, expect, it } from 'vitest'
import { indexText } from '#src/retrieval/index-text.js'
import { detectLanguage } from '#src/retrieval/language.js'
import { significantStems } from '#src/retrieval/significant.js'
import { queryTerms, stems } from '#src/retrieval/stems.js'
import { tokenize } from '#src/retrieval/tokens.js'

describe('detectLanguage', () => {
  it.each([
    ['fr', 'Quels sont vos horaires ?'],
    ['fr', 'mot de passe oublié'],
    ['fr', 'wifi ne marche pas'],
    ['en', 'Can I send it back?'],
    ['en', 'reset password'],
    ['en', 'I do not get the mail'],
    ['de', 'Wie lange dauert die Lieferung?'],
    ['es', '¿Dónde está la tienda?'],
    ['it', 'Posso annullare il mio ordine?'],
    ['ja', '営業時間は何時ですか'],
    ['ru', 'Как сбросить пароль?'],
  ])('tells %s: %s', (language, text) => {
    expect(detectLanguage(text)).toBe(language)
  })

  it('falls back where there is nothing to tell by', () => {
    expect(detectLanguage('', 'fr')).toBe('fr')
    expect(detectLanguage('42 !', 'fr')).toBe('fr')
  })
})

describe('tokenize', () => {
  it('splits elisions, keeps numbers whole, and knows compounds written together', () => {
    expect(tokenize("L'eau qu'il boit")).toEqual(['l', 'eau', 'qu', 'il', 'boit'])
    expect(tokenize('100 000 euros, 10,000 dollars, 14,2 %')).toEqual([
      '100000',
      'euros',
      '10000',
      'dollars',
      '14.2',
    ])
    expect(tokenize('e-mail')).toContain('email')
    expect(tokenize('en 2012 100 personnes')).toEqual(['en', '2012', '100', 'personnes'])
  })

  it('cuts scripts without spaces into words', () => {
    expect(tokenize('営業時間は何時').length).toBeGreaterThan(1)
  })
})

describe('stems', () => {
  it('gives inflected French words one stem, with accents or without', () => {
    const [a] = stems('remboursements', 'fr')
    expect(stems('Remboursé', 'fr')).toEqual([a])
    expect(stems('étranger', 'fr')).toEqual(stems('etranger', 'fr'))
  })

  it('drops what carries no meaning and keeps the summer', () => {
    expect(stems("Quels sont les horaires d'été ?", 'fr')).toEqual(['horair', 'ete'])
    expect(stems("What's the price of it?", 'en')).toEqual(['price'])
  })

  it('leaves languages without a stemmer as they are', () => {
    expect(stems('متى تفتحون', 'ar')).toEqual(['متى', 'تفتحون'])
  })
})

describe('queryTerms', () => {
  it('looks under the first-class languages too', () => {
    const [term] = queryTerms('organizations', 'fr')
    expect(term?.stems).toContain(stems('organization', 'en')[0])
  })

  it('keeps a question of nothing but stop words', () => {
    expect(queryTerms('who is it?', 'en')).not.toEqual([])
  })
})

describe('significantStems', () => {
  const terms = queryTerms('invoice refund address', 'en')
  const statistics = (passages: number) => ({
    passages,
    frequency: new Map([
      ['invoic', 2],
      ['refund', 9],
      ['address', 4000],
    ]),
  })

  it('leaves common words out of large collections only, and unknown words always', () => {
    expect(significantStems(terms, statistics(10_000))).toEqual(['invoic', 'refund'])
    expect(significantStems(terms, statistics(4500))).toContain('address')
    expect(significantStems(queryTerms('unheard', 'en'), statistics(10))).toEqual([])
  })

  it('keeps a common word when there is nothing rarer', () => {
    expect(significantStems(queryTerms('address', 'en'), statistics(10_000))).toEqual(['address'])
  })
})

describe('indexText', () => {
  it('puts title and section above a text, and leaves a stored question alone', () => {
    const body = indexText({ kind: 'body', title: 'Returns', section: 'Abroad', text: 'Ask us.' }, 'en')
    expect(body).toEqual({
      title: 'return abroad',
      body: 'ask',
      embedded: 'Returns. Abroad. Ask us.',
      heading: 'Abroad',
    })
    const question = { kind: 'question' as const, title: 'Q', section: null, text: 'Do you ship?' }
    expect(indexText(question, 'en')).toMatchObject({ title: '', embedded: 'Do you ship?' })
  })
})
