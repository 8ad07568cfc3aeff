import { describe, expect, it } from 'vitest'
import { matchedPair, quotedReply, shownPassages } from '#src/domain/answers/citations.js'
import type { Hit } from '#src/retrieval/retriever.js'

const ID = '00000000-0000-4000-8000-000000000000'

function hitOf(text: string): Hit {
  const scores = { score: 1, lexicalScore: 1, vectorScore: 1 }
  const place = { page: 3, section: null, startOffset: 100, endOffset: 100 + text.length, url: null }
  return {
    passageId: ID,
    sourceId: ID,
    type: 'file',
    kind: 'body',
    title: 'T',
    text,
    language: 'en',
    ...place,
    ...scores,
  }
}

describe('a stored answer', () => {
  it('is cited where it stands in its pair, behind the question', () => {
    const hit: Hit = {
      ...hitOf('At nine.'),
      type: 'qa',
      kind: 'answer',
      passageId: 'answer',
      sourceId: 'pair',
    }
    const match = {
      sourceId: 'pair',
      passageId: 'question',
      question: 'When?',
      answer: 'At nine.',
      score: 1,
      margin: 1,
    }
    expect(matchedPair(match, [hit])).toMatchObject({
      passage_id: 'answer',
      start_offset: 100,
      end_offset: 108,
    })
  })
})

describe('a quoted reply', () => {
  const text = 'Kettle\n\nCare\n\nUse soft water. Descale it monthly. Rinse twice.\n\nStore it dry.'
  const quote = (words: string) => {
    const start = text.indexOf(words)
    return { hit, text: words, start, end: start + words.length }
  }
  const hit = hitOf(text)

  it('shows the quote in its paragraph, without the headings above', () => {
    const [source] = quotedReply([quote('Descale it monthly.')]).sources
    expect(source!.snippet).toBe('Use soft water. Descale it monthly. Rinse twice.\n\nStore it dry.')
    expect(source).toMatchObject({
      quote: 'Descale it monthly.',
      start_offset: 100 + text.indexOf('Descale'),
    })
  })

  it('keeps what is between neighbours, and shows a gap as one', () => {
    const joined = quotedReply([quote('Use soft water.'), quote('Descale it monthly.')])
    expect(joined.parts.join('')).toBe('Use soft water. Descale it monthly.')
    expect(joined.sources).toHaveLength(1)
    const apart = quotedReply([quote('Use soft water.'), quote('Store it dry.')])
    expect(apart.parts.join('')).toBe('Use soft water. […] Store it dry.')
    expect(apart.sources.map((source) => source.quote)).toEqual(['Use soft water.', 'Store it dry.'])
  })
})

describe('the passages shown with a written reply', () => {
  it('are cut between words, with the offsets of what is left', () => {
    const text = 'The variable SESSION_MINUTES changes how long a session lasts. '.repeat(9).trim()
    const [source] = shownPassages([hitOf(text)])

    expect(source!.quote.length).toBeGreaterThan(200)
    expect(text.startsWith(source!.quote)).toBe(true)
    expect(text[source!.quote.length]).toBe(' ')
    expect(source).toMatchObject({ start_offset: 100, end_offset: 100 + source!.quote.length, page: 3 })
  })

  it.each(['A short passage.', 'x'.repeat(500)])('are never empty', (text) => {
    expect(shownPassages([hitOf(text)])[0]!.quote).not.toBe('')
  })
})
