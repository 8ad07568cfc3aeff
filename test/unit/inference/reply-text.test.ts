import { describe, expect, it } from 'vitest'
import { StopFilter, TokenDecoder } from '#src/inference/reply-text.js'

/** Tokens that are single bytes: the worst that a tokenizer does to a character. */
function decodeBytes(text: string | Uint8Array): string[] {
  const decoder = new TokenDecoder<number>((tokens) => new TextDecoder().decode(Uint8Array.from(tokens)))
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text
  const pieces = [...bytes].map((byte) => decoder.add(byte))
  return [...pieces, decoder.finish()].filter((piece) => piece !== '')
}

describe('TokenDecoder', () => {
  it('never hands out part of a character', () => {
    expect(decodeBytes('aé日😀!')).toEqual(['a', 'é', '日', '😀', '!'])
  })

  it('drops half a character at the end', () => {
    expect(decodeBytes(new TextEncoder().encode('a😀').subarray(0, 3))).toEqual(['a'])
  })

  it('does not wait for ever on bytes that are no character', () => {
    const pieces = decodeBytes(Uint8Array.from([0xff, 0xff, 0xff, 0xff, 0x61]))
    expect(pieces.at(-1)).toBe('a')
  })

  it('tells the tokenizer what came before', () => {
    const seen: string[] = []
    const decoder = new TokenDecoder<string>((tokens, before) => {
      seen.push(before.join(''))
      return tokens.join('')
    })
    for (const token of 'abcdef') decoder.add(token)
    expect(seen).toEqual(['', 'a', 'ab', 'abc', 'abcd', 'bcde'])
  })
})

function filtered(pieces: string[], stops: string[]) {
  const filter = new StopFilter(stops)
  const out = pieces.map((piece) => filter.add(piece))
  return { text: out.join('') + filter.finish(), stopped: filter.stopped, out }
}

describe('StopFilter', () => {
  const stops = ['<|user|>', '<|system|>']

  it('lets nothing of a stop text through, however it is cut', () => {
    expect(filtered(Array.from('Yes.<|user|>And'), stops)).toMatchObject({ text: 'Yes.', stopped: true })
    expect(filtered(['Yes.<|us', 'er|>', 'more'], stops)).toMatchObject({ text: 'Yes.', stopped: true })
  })

  it('holds back only what may become a stop text', () => {
    expect(filtered(['a <', '|', 'b'], stops)).toEqual({
      text: 'a <|b',
      stopped: false,
      out: ['a ', '', '<|b'],
    })
  })

  it('hands over at the end what was held back', () => {
    expect(filtered(['x <|us'], stops)).toMatchObject({ text: 'x <|us', stopped: false })
  })

  it('begins with the first word', () => {
    expect(filtered(['\n', ' ', ' Hello', ' you'], [])).toMatchObject({ text: 'Hello you' })
  })
})
