import { describe, expect, it } from 'vitest'
import { corrections, sureBeginning } from '#src/retrieval/misspelt.js'

describe('corrections', () => {
  it.each([
    ['a letter left out', 'pasword'],
    ['a letter too many', 'passsword'],
    ['a wrong letter', 'passwurd'],
    ['two letters swapped', 'passwrod'],
  ])('finds the word behind %s', (_, typed) => {
    expect(corrections(typed, ['password', 'passport', 'past'])).toEqual(['password'])
  })

  it('forgives two slips in a long word only', () => {
    expect(corrections('rembousrement', ['remboursement'])).toEqual(['remboursement'])
    expect(corrections('bakc', ['beck'])).toEqual([])
  })

  it('prefers the nearest, and gives three at most', () => {
    expect(corrections('livraisno', ['livraison', 'livraisnas'])).toEqual(['livraison'])
    expect(corrections('bates', ['bales', 'bares', 'bases', 'bakes'])).toHaveLength(3)
  })
})

describe('sureBeginning', () => {
  it('leaves short words, numbers and codes alone', () => {
    expect(sureBeginning('pasword')).toBe('pa')
    expect(sureBeginning('vat')).toBeUndefined()
    expect(sureBeginning('10000')).toBeUndefined()
    expect(sureBeginning('rx4512')).toBeUndefined()
  })
})
