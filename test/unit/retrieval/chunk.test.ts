import { describe, expect, it } from 'vitest'
import { chunk, fullText, type Block } from '#src/retrieval/chunk.js'

const countTokens = (text: string) => text.split(/\s+/u).filter((word) => word !== '').length
const options = { title: 'Guide', language: 'en', countTokens, languageOf: () => null }

const paragraph = (text: string, page: number | null = null): Block => ({ kind: 'paragraph', text, page })
const heading = (text: string, level: number, page: number | null = null): Block => ({
  kind: 'heading',
  level,
  text,
  page,
})
const sentences = (count: number, subject = 'parcel') =>
  Array.from({ length: count }, (_, at) => `Sentence ${at} is about the ${subject} in question.`).join(' ')

/** A linear congruential generator: documents that look random and are the same in every run. */
function random(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31
    return state % below
  }
}

function anyDocument(seed: number): Block[] {
  const next = random(seed)
  return Array.from({ length: 1 + next(25) }, (_, at): Block => {
    const page = 1 + Math.floor(at / 4)
    switch (next(6)) {
      case 0:
        return heading(`Part ${at} of it`, 1 + next(4), page)
      case 1:
        return { kind: 'list', text: `- one ${at}\n- two\n\n  - three`, page }
      case 2:
        return { kind: 'table', text: `| Day: ${at} | Hour: 9 |\n`.repeat(1 + next(90)), page }
      case 3:
        return { kind: 'code', text: 'x'.repeat(next(900)), page }
      case 4:
        return paragraph(`${'word '.repeat(next(700))}😀${'é'.repeat(next(300))}`, page)
      default:
        return paragraph(sentences(next(40), `thing ${at}`), page)
    }
  })
}

describe('chunk', () => {
  it.each(Array.from({ length: 60 }, (_, seed) => seed))(
    'loses nothing, repeats nothing and keeps exact offsets (document %i)',
    (seed) => {
      const blocks = anyDocument(seed)
      const text = fullText(blocks)
      const passages = chunk(blocks, options)
      let end = 0
      for (const [at, passage] of passages.entries()) {
        expect(passage.ordinal).toBe(at)
        expect(passage.text).toBe(text.slice(passage.startOffset, passage.endOffset))
        expect(passage.text).toBe(passage.text.trim())
        expect(text.slice(end, passage.startOffset).trim()).toBe('')
        expect(countTokens(passage.text)).toBeLessThanOrEqual(256)
        expect(passage.text.isWellFormed()).toBe(true)
        end = passage.endOffset
      }
      expect(text.slice(end).trim()).toBe('')
      expect(chunk(blocks, options)).toEqual(passages)
    },
  )

  it('keeps sentences whole', () => {
    const passages = chunk([paragraph(sentences(120))], options)
    expect(passages.length).toBeGreaterThan(3)
    for (const passage of passages) expect(passage.text).toMatch(/^Sentence .*question\.$/s)
  })

  it('cuts a sentence only when it alone is longer than the embedder reads', () => {
    const passages = chunk([paragraph(`Yes. ${'word '.repeat(400)}end.`)], options)
    expect(passages.length).toBeGreaterThan(1)
    for (const passage of passages) expect(countTokens(passage.text)).toBeLessThanOrEqual(256)
  })

  it('puts a heading at the beginning of the passage that follows, under the headings above it', () => {
    const passages = chunk(
      [
        heading('Returns', 1),
        heading('Parcels', 2),
        paragraph('They are taken back.'),
        heading('Letters', 2),
        paragraph('They are not.'),
        heading('Contact', 1),
        paragraph('Ask at the counter.'),
      ],
      options,
    )
    expect(passages.map(({ text, section }) => [section, text])).toEqual([
      ['Returns › Parcels', 'Returns\n\nParcels\n\nThey are taken back.'],
      ['Returns › Letters', 'Letters\n\nThey are not.'],
      ['Contact', 'Contact\n\nAsk at the counter.'],
    ])
  })

  it('joins a heading that nothing follows to the passage before it', () => {
    const passages = chunk([paragraph('All is said.'), heading('Annex', 1)], options)
    expect(passages.map((passage) => passage.text)).toEqual(['All is said.\n\nAnnex'])
  })

  it('keeps a document of headings alone', () => {
    expect(chunk([heading('Only', 1), heading('Titles', 2)], options)).toMatchObject([
      { text: 'Only\n\nTitles', section: null },
    ])
  })

  it('never parts a row of a table', () => {
    const rows = Array.from({ length: 80 }, (_, at) => `| Article: ${at} | Price: ${at * 3} € |`)
    const passages = chunk([{ kind: 'table', text: rows.join('\n'), page: null }], options)
    expect(passages.length).toBeGreaterThan(1)
    expect(passages.flatMap((passage) => passage.text.split('\n'))).toEqual(rows)
  })

  it('gives each passage the page its first character stands on', () => {
    const long = sentences(60)
    const at = long.indexOf('Sentence 30')
    const passages = chunk([{ ...paragraph(long, 4), breaks: [{ at, page: 5 }] }], options)
    for (const passage of passages) expect(passage.page).toBe(passage.startOffset < at ? 4 : 5)
    expect(passages.at(-1)?.page).toBe(5)
  })

  it('ends a passage of some length with its page', () => {
    const passages = chunk([paragraph(sentences(9), 1), paragraph(sentences(9), 2)], options)
    expect(passages.map((passage) => passage.page)).toEqual([1, 2])
  })

  it('leaves less room for text under a long title', () => {
    const long = chunk([paragraph(sentences(200))], { ...options, title: 'very long title '.repeat(40) })
    expect(long.length).toBeGreaterThan(chunk([paragraph(sentences(200))], options).length)
  })

  it("falls back to the document's language where a passage does not tell its own", () => {
    const blocks = [
      heading('Un', 1),
      paragraph('Bonjour à tous.'),
      heading('Two', 1),
      paragraph('Hello all.'),
    ]
    const languages = chunk(blocks, {
      ...options,
      language: 'fr',
      languageOf: (text) => (text.includes('Hello') ? 'en' : null),
    }).map((passage) => passage.language)
    expect(languages).toEqual(['fr', 'en'])
  })

  it('makes nothing of nothing', () => {
    expect(chunk([], options)).toEqual([])
    expect(chunk([paragraph('  \n ')], options)).toEqual([])
  })
})
