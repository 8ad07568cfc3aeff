import { describe, expect, it } from 'vitest'
import { fuse, lexicalCeiling } from '#src/retrieval/fuse.js'

const keys = (list: { key: string }[]) => list.map(({ key }) => key)

describe('fuse', () => {
  it('puts first what both lists like, with scores from 1 down', () => {
    const fused = fuse(
      [
        { key: 'a', score: 8 },
        { key: 'b', score: 7 },
      ],
      [
        { key: 'b', score: 0.9 },
        { key: 'a', score: 0.1 },
      ],
    )
    expect(keys(fused)).toEqual(['b', 'a'])
    expect(fused[0]?.score).toBe(1)
    expect(fused[1]?.score).toBeLessThan(1)
  })

  it('believes the vectors where the words hold little of the question', () => {
    const lexical = [{ key: 'words', score: 2 }]
    const dense = [
      { key: 'meaning', score: 0.8 },
      { key: 'words', score: 0.2 },
    ]
    expect(keys(fuse(lexical, dense, { ceiling: 20, denseWeight: 0.4 }))[0]).toBe('meaning')
    expect(keys(fuse(lexical, dense, { ceiling: 2, denseWeight: 0.4 }))[0]).toBe('words')
  })

  it('works with one list, with none, and with worthless scores', () => {
    expect(fuse([], [])).toEqual([])
    expect(fuse([{ key: 'a', score: 3 }], [])).toEqual([{ key: 'a', score: 1 }])
    expect(fuse([], [{ key: 'a', score: -0.2 }])).toEqual([{ key: 'a', score: 0 }])
  })
})

describe('lexicalCeiling', () => {
  it('is higher for rarer words and never below zero', () => {
    expect(lexicalCeiling([1], 100)).toBeGreaterThan(lexicalCeiling([50], 100))
    expect(lexicalCeiling([100, 0], 100)).toBeGreaterThan(0)
    expect(lexicalCeiling([], 0)).toBe(0)
    expect(Number.isFinite(lexicalCeiling([3], 0))).toBe(true)
  })
})
