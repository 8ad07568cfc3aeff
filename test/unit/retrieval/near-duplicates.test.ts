import { describe, expect, it } from 'vitest'
import { fingerprint, nearlySame } from '#src/retrieval/near-duplicates.js'

const TEXT =
  'You can send an item back within thirty days of delivery. Pack it well, print the label from your account and ' +
  'hand the parcel in at any post office. We refund the price as soon as it has arrived and was looked at. What was ' +
  'opened, worn or washed is refunded in part only, and what was made to measure is not taken back at all. A parcel ' +
  'that gets lost on its way back is ours to find as long as the receipt of the post office can be shown to us.'

const same = (a: string, b: string, ...asked: string[]) =>
  nearlySame(fingerprint(a), fingerprint(b), new Set(asked))

describe('nearlySame', () => {
  it('sees through layout, case, punctuation and a changed word', () => {
    expect(same(TEXT, TEXT)).toBe(true)
    expect(same(TEXT, TEXT.toLowerCase().replaceAll(' ', '\n').replaceAll(',', ''))).toBe(true)
    expect(same(TEXT, TEXT.replace('print the', 'print a'))).toBe(true)
  })

  it('keeps apart what differs in a number, a name, or the very word that was asked for', () => {
    expect(same(`${TEXT} It costs 5 euros.`, `${TEXT} It costs 6 euros.`)).toBe(false)
    expect(same(`${TEXT} Ask for Basic.`, `${TEXT} Ask for Premium.`)).toBe(false)
    expect(same(TEXT, TEXT.replace('thirty', 'forty'), 'forty', 'days')).toBe(false)
  })

  it('keeps different texts apart, short ones too', () => {
    expect(same(TEXT, 'We repair watches.')).toBe(false)
    expect(same('We repair watches.', 'We repair clocks.')).toBe(false)
    expect(same('', '')).toBe(true)
    expect(same('', 'a')).toBe(false)
  })
})
