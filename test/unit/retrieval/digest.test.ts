import { expect, it } from 'vitest'
import type { Block } from '#src/retrieval/chunk.js'
import { digestOf } from '#src/retrieval/digest.js'

const paragraph = (text: string): Block => ({ kind: 'paragraph', text, page: null })

it('sums up by the first whole sentences, letter by letter', () => {
  const long = 'The kettle boils water quickly. It holds a litre and a half. '
  const text = long.repeat(10).trim()
  const { summary } = digestOf(
    'Kettle',
    [{ kind: 'heading', text: 'Kettle', page: null }, paragraph(text)],
    'en',
  )
  expect(text.startsWith(summary ?? 'nothing')).toBe(true)
  expect(summary).toMatch(/\.$/)
  expect(summary?.length).toBeGreaterThan(200)
  expect(summary?.length).toBeLessThanOrEqual(300)
})

it('cuts a sentence that is too long between two words', () => {
  const { summary } = digestOf('', [paragraph('kettle '.repeat(100))], 'en')
  expect(summary).toMatch(/^(kettle )+kettle$/)
  expect(summary?.length).toBeLessThanOrEqual(300)
})

it('names the telling words of the language, those of the title first', () => {
  const blocks = [
    paragraph('Les remboursements sont versés sous dix jours. Le remboursement est gratuit.'),
    paragraph('La livraison prend trois jours, et la livraison est gratuite dès 50 euros.'),
  ]
  const { keywords } = digestOf('Livraison', blocks, 'fr')
  expect(keywords[0]).toBe('livraison')
  expect(keywords.filter((word) => word.startsWith('remboursement'))).toHaveLength(1)
  expect(keywords.filter((word) => ['les', 'est', 'dans', '50'].includes(word))).toEqual([])
  expect(keywords.length).toBeLessThanOrEqual(10)
  expect(digestOf('Livraison', blocks, 'fr').keywords).toEqual(keywords)
})

it('has nothing to say of nothing', () => {
  expect(digestOf('', [], 'en')).toEqual({ summary: null, keywords: [] })
})
