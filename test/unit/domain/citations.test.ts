import { describe, expect, it } from 'vitest'
import { shownPassages } from '#src/domain/answers/citations.js'
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
