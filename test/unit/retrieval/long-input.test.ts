import { describe, expect, it } from 'vitest'
import { extractText } from '#src/ingest/extract/text.js'
import { readQuestion } from '#src/retrieval/question.js'
import { splitSentences } from '#src/retrieval/sentences.js'

const none = { passages: 0, frequency: () => 0 }

/** Texts made to be slow to read: each took many seconds, up to minutes, when its cost grew faster than its length. */
describe('a hostile text', () => {
  it.each([
    ['spaces, then names', `why: ${' '.repeat(5300)}${'Aa bb '.repeat(448)}`],
    ['quotes and spaces', `why: ${'" '.repeat(3000)}${'Aa '.repeat(660)}`],
  ])('of %s is read as a question', { timeout: 2000 }, (_what, text) => {
    const { terms } = readQuestion(text, 'en', none)
    expect(terms.map(({ word }) => word)).toContain('aa')
  })

  it('of initials is cut into sentences', { timeout: 5000 }, () => {
    expect(splitSentences(`${'A. '.repeat(100_000)}End.`, 'en').at(-1)?.text).toMatch(/End\.$/)
  })

  it('of a megabyte without a paragraph is cut into the sentences it has', { timeout: 10_000 }, () => {
    const sentence = 'The parcel (see M. Dupont. Page 3) is kept for thirty days at the counter.'
    const found = splitSentences(Array.from({ length: 14_000 }, () => sentence).join(' '), 'en')
    expect(found).toHaveLength(14_000)
    expect(new Set(found.map(({ text }) => text))).toEqual(new Set([sentence]))
  })

  it('of spaces in one line is extracted', { timeout: 5000 }, () => {
    const [block] = extractText(`a${' '.repeat(300_000)}b`).blocks
    expect(block?.text.endsWith('b')).toBe(true)
  })
})

describe('names', () => {
  const kinds = (text: string) =>
    Object.fromEntries(readQuestion(text, 'en', none).terms.map(({ word, kind }) => [word, kind]))

  it('are told from the word that opens a sentence', () => {
    expect(kinds('Parcels to Lyon? "Returns" of ACME. Refunds')).toEqual({
      parcels: 'word',
      lyon: 'name',
      returns: 'word',
      acme: 'name',
      refunds: 'word',
    })
  })
})
