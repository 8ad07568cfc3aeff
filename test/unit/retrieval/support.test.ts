import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import type { Hit } from '#src/retrieval/retriever.js'
import { SupportCheck } from '#src/retrieval/support/support.js'
import { judged, readCases } from '../../../dist/scripts/evidence/altered.js'

function hit(text: string, language = 'en'): Hit {
  return {
    passageId: 'p',
    sourceId: 's',
    type: 'file',
    kind: 'body',
    title: 'Prices',
    text,
    page: null,
    section: 'Plans',
    startOffset: 0,
    endOffset: text.length,
    url: null,
    language,
    score: 1,
    lexicalScore: 1,
    vectorScore: 1,
  }
}

describe.each(['en', 'fr', 'en-hard', 'fr-hard'])('the written sentences in %s', (language) => {
  it('are let pass only where the passage bears them out', async () => {
    const file = new URL(`../../../scripts/evidence/altered/${language}.json`, import.meta.url)
    const sentences = judged(readCases(await readFile(file, 'utf8')))
    const altered = sentences.filter(({ kind }) => kind !== 'faithful')
    expect(altered).toHaveLength(60)
    expect(altered.filter(({ supported }) => supported)).toEqual([])
    const faithful = sentences.filter(({ kind }) => kind === 'faithful')
    expect(faithful.filter(({ supported }) => supported).length).toBeGreaterThan(5)
  })
})

describe('a sentence', () => {
  const text =
    'Plan A costs 10 euros a month. Plan B costs 20 euros a month and holds 5 users. It may be cancelled at any time, but the set-up fee is not refunded.'
  const check = new SupportCheck([hit(text)], 'en')

  it.each([
    'Plan A costs 10 euros a month.',
    'Plan B costs 20 euros a month.',
    'The set-up fee is not refunded.',
  ])('rests on the stretch that says it: %s', (sentence) => {
    const verdict = check.check(sentence)
    expect(verdict).toMatchObject({ supported: true })
    const { start, end } = (verdict as { ground: { start: number; end: number } }).ground
    expect(text.slice(start, end)).toMatch(/^Plan|^It may/)
  })

  it.each([
    ['Plan A costs 20 euros a month.', 'words'],
    ['A month costs 10 euros.', 'order'],
    ['Plan A costs 12 euros a month.', 'words'],
    ['Plan B costs 20 dollars a month.', 'words'],
    ['The set-up fee is refunded.', 'negation'],
    ['Plan B must be cancelled at any time.', 'limit'],
    ['Our support line is open all day.', 'words'],
    ['Yes.', 'words'],
  ])('is doubted that says something else: %s', (sentence, doubt) => {
    expect(check.check(sentence)).toEqual({ supported: false, doubt })
  })

  it('may name what the one before it is about, in the place of a pronoun', () => {
    const pro = new SupportCheck([hit('The Pro plan is for teams. It costs 20 euros.')], 'en')
    expect(pro.check('The Pro plan costs 20 euros.').supported).toBe(true)
    expect(pro.check('Teams cost 20 euros.').supported).toBe(false)
  })

  it('is not borne out by two passages that each hold a half of it', () => {
    const two = new SupportCheck([hit('Returns are free.'), hit('Deliveries take 5 days.')], 'en')
    expect(two.check('Returns are free and take 5 days.').supported).toBe(false)
  })
})
