import { describe, expect, it } from 'vitest'
import { LoopFilter } from '#src/inference/loop-filter.js'
import { ReplyFilter } from '#src/inference/reply-filter.js'
import { endsInThought, ThoughtFilter } from '#src/inference/thought-filter.js'

interface Filter {
  add(text: string): string
  finish(): string
}

/** What comes out, whichever way the text is cut into tokens. */
function through(make: () => Filter, text: string): string {
  const outcomes = [1, 2, 3, 7, text.length].map((size) => {
    const filter = make()
    let out = ''
    for (let at = 0; at < text.length; at += size) out += filter.add(text.slice(at, at + size))
    return out + filter.finish()
  })
  expect(new Set(outcomes).size).toBe(1)
  return outcomes[0] ?? ''
}

describe('ThoughtFilter', () => {
  it.each([
    ['<think>The visitor wants…</think>Hold the button.', 'Hold the button.'],
    ['A <thinking>hm</thinking>B <think></think>C', 'A B C'],
    ['<think>never ends, and says </thin', ''],
    ['a < b, <thin> and <thinks> stay; so does <thi', 'a < b, <thin> and <thinks> stay; so does <thi'],
    ['no thought at all', 'no thought at all'],
  ])('makes %j %j', (text, expected) => {
    expect(through(() => new ThoughtFilter(), text)).toBe(expected)
  })

  it('knows that a template may have opened the thought', () => {
    expect(endsInThought('<|assistant|><think>\n')).toBe(true)
    expect(endsInThought('<|assistant|><think>\n\n</think>\n\n')).toBe(false)
    expect(through(() => new ThoughtFilter(true), 'They ask…</think>Yes.')).toBe('Yes.')
  })
})

describe('LoopFilter', () => {
  const through2 = (text: string) => through(() => new LoopFilter(), text)
  const sentence = 'Hold the green button for five seconds.'

  it.each([
    'A short reply.',
    `${sentence} Then wait. The light turns green.\n\nThen wait. Click OK. Click OK. Done`,
    '1. Open the cover of the printer.\n2. Open the cover of the scanner.\n- 10 minutes later it is done.\n- 20 minutes later it is done.',
    `| name | value |\n|${'-'.repeat(200)}|`,
    '',
  ])('leaves %j as it is', (text) => {
    expect(through2(text)).toBe(text)
  })

  it('leaves out what was said, and ends a reply that goes round in circles', () => {
    expect(through2(`${sentence} ${sentence} The end.`)).toBe(`${sentence} The end.`)
    const filter = new LoopFilter()
    const said = filter.add(
      `${sentence} Then let it go again. ${`${sentence} Then let it go again. `.repeat(9)}`,
    )
    expect(said).toBe(`${sentence} Then let it go again. `)
    expect(filter.stopped).toBe(true)
    expect(filter.finish()).toBe('')
  })

  it('sees the repetition in a growing list', () => {
    const list = [1, 2, 3, 4].map((n) => `${n}. Restart the printer and wait.\n`).join('')
    expect(through2(list)).toBe('1. Restart the printer and wait.\n')
  })

  it('leaves out the beginning of a repetition that the limit cut off', () => {
    expect(through2(`${sentence} ${sentence.slice(0, 25)}`)).toBe(`${sentence} `)
  })

  it('ends a reply that repeats a word for ever', () => {
    const filter = new LoopFilter()
    expect(filter.add('the printer '.repeat(50)).length).toBeLessThan(150)
    expect(filter.stopped).toBe(true)
  })
})

describe('ReplyFilter', () => {
  it('does all of it, in one stream', () => {
    const text =
      '<think>Hm.\n</think>\n\nYes: it is the green button. Yes: it is the green button. No.</s>And more'
    expect(through(() => new ReplyFilter(['</s>'], false), text)).toBe('Yes: it is the green button. No.')
  })
})
