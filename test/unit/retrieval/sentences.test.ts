import { describe, expect, it } from 'vitest'
import { splitSentences } from '#src/retrieval/sentences.js'

const texts = (text: string, language = 'en') =>
  splitSentences(text, language).map((sentence) => sentence.text)

describe('splitSentences', () => {
  it.each([
    ['fr', 'M. Dupont habite à Lyon. Il est ravi.', ['M. Dupont habite à Lyon.', 'Il est ravi.']],
    ['fr', 'Prenez p. ex. une pomme. Mangez-la.', ['Prenez p. ex. une pomme.', 'Mangez-la.']],
    [
      'en',
      'Dr. Smith came at 5 p.m. on Monday. He left.',
      ['Dr. Smith came at 5 p.m. on Monday.', 'He left.'],
    ],
    ['en', 'See No. 5 for details. The rest is easy.', ['See No. 5 for details.', 'The rest is easy.']],
    ['en', 'The answer is no. Try again.', ['The answer is no.', 'Try again.']],
    ['en', 'It costs 3.50 EUR. Pay now.', ['It costs 3.50 EUR.', 'Pay now.']],
    ['en', 'J. R. R. Tolkien wrote it. I read it.', ['J. R. R. Tolkien wrote it.', 'I read it.']],
    ['en', 'The U.S. Army was there. It left.', ['The U.S. Army was there.', 'It left.']],
    ['en', 'Is it open? Yes! Come in.', ['Is it open?', 'Yes!', 'Come in.']],
  ])('%s: %s', (language, text, expected) => {
    expect(texts(text, language)).toEqual(expected)
  })

  it('gives offsets that cut exactly the sentence out of the text', () => {
    const text = '  Opening hours\n\nWe are open. Call us!\n- One\n- Two, e.g. this. Fine.\n'
    for (const { start, end, text: sentence } of splitSentences(text, 'en')) {
      expect(text.slice(start, end)).toBe(sentence)
      expect(sentence).toBe(sentence.trim())
    }
  })

  it('tells headings, list items, rows and code from prose', () => {
    const text = 'Cleaning\nThe steps are:\n1. Open the lid.\n2. Rinse.\n\nPower | 1450 W | max\n\nPORT=8080'
    expect(splitSentences(text, 'en').map(({ kind, text: sentence }) => [kind, sentence])).toEqual([
      ['heading', 'Cleaning'],
      ['prose', 'The steps are:'],
      ['item', '1. Open the lid.'],
      ['item', '2. Rinse.'],
      ['row', 'Power | 1450 W | max'],
      ['code', 'PORT=8080'],
    ])
  })

  it('joins the lines of a paragraph that its page has wrapped', () => {
    const text =
      'This sentence is longer than a line of the page it was printed on and\ngoes on here. Next one.'
    expect(texts(text)).toEqual([text.slice(0, text.indexOf(' Next')), 'Next one.'])
  })

  it('takes an answer of one short line for a sentence, not for a heading', () => {
    expect(splitSentences('Use ~~tildes~~', 'en')).toMatchObject([{ kind: 'prose', text: 'Use ~~tildes~~' }])
  })

  it('has nothing to say about an empty text', () => {
    expect(splitSentences(' \n\n ', 'fr')).toEqual([])
  })
})
